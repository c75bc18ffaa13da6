using Payments.Simulation.Faults;
using Payments.Simulation.Running;

namespace Payments.Simulation.Tests;

/// <summary>The run that belongs to the tests: twenty thousand cancels, always the same ones.</summary>
public sealed class StandardRunTests
{
    private const long CancelsWanted = 20_000;

    [Fact]
    public void Twenty_thousand_cancels_break_nothing_and_meet_every_fault()
    {
        var summary = new Summary();
        Batch.Run(1, int.MaxValue, Environment.ProcessorCount, result =>
        {
            summary.Add(result);
            return summary.Cancels < CancelsWanted && summary.Broken.Count == 0;
        });

        Assert.True(summary.Broken.Count == 0, string.Join(Environment.NewLine, summary.Broken.Select(static result =>
            $"{Replay.CommandFor(result.Seed)}{Environment.NewLine}{string.Join(Environment.NewLine, result.Violations.Take(5))}")));
        Assert.True(summary.Cancels >= CancelsWanted);
        Assert.DoesNotContain(Enum.GetValues<Fault>(), fault => summary.HitsOf(fault) == 0);
    }
}
