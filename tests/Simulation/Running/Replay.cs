using Payments.Simulation.Engine;

namespace Payments.Simulation.Running;

/// <summary>One seed again, with its story.</summary>
internal static class Replay
{
    /// <summary>The command that tells the story of a seed.</summary>
    public static string CommandFor(int seed) => $"./dev simulate --seed {seed} --trace";

    /// <summary>Runs the seed and tells what happens, then the verdict.</summary>
    /// <returns>The exit code: 1 when it broke an invariant.</returns>
    public static int Run(int seed, TextWriter to)
    {
        var result = SimulationRun.Of(seed, trace: new Trace(to));
        to.WriteLine($"seed {seed}: {result.Orders} orders, {result.Cancels} cancels, {result.Steps} steps, fingerprint {result.Fingerprint:x16}");
        foreach (var violation in result.Violations)
            to.WriteLine($"BROKEN {violation}");
        return result.Violations.Count > 0 ? 1 : 0;
    }
}
