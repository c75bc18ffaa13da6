using System.Globalization;

namespace Payments.Simulation.Running;

/// <summary>Runs seeds for somebody who watches.</summary>
internal sealed class ConsoleRunner(SimulationOptions options, TextWriter to)
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time = TimeProvider.System;
    private readonly Summary summary = new();
    private long began;
    private TimeSpan reported;

    /// <summary>Runs all.</summary>
    /// <returns>The exit code: 1 when a seed broke an invariant.</returns>
    public int Run()
    {
        began = time.GetTimestamp();
        Batch.Run(options.From, options.To, options.Jobs, Finished);
        var took = time.GetElapsedTime(began);
        summary.WriteTo(to);
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{took.TotalSeconds:N0} s, {summary.Cancels / took.TotalSeconds:N0} cancels/s, {summary.Broken.Count} seeds broken"));
        foreach (var result in summary.Broken.Take(10))
            to.WriteLine(Replay.CommandFor(result.Seed));
        return summary.Broken.Count > 0 ? 1 : 0;
    }

    private bool Finished(RunResult result)
    {
        summary.Add(result);
        if (result.Violations.Count > 0)
        {
            to.WriteLine($"seed {result.Seed} BROKEN");
            foreach (var violation in result.Violations.Take(5))
                to.WriteLine($"  {violation}");
            to.WriteLine($"  replay: {Replay.CommandFor(result.Seed)}");
        }

        var elapsed = time.GetElapsedTime(began);
        if (elapsed - reported >= ProgressEvery)
        {
            reported = elapsed;
            to.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{elapsed:hh\\:mm\\:ss} seed {result.Seed}: {summary.Seeds:N0} seeds, {summary.Cancels:N0} cancels, {summary.Broken.Count} broken"));
        }

        return options.CancelsWanted is not { } wanted || summary.Cancels < wanted;
    }
}
