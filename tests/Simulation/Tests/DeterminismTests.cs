using Payments.Simulation.Engine;
using Payments.Simulation.Running;

namespace Payments.Simulation.Tests;

/// <summary>A run is a function of its seed: otherwise a failure could not be replayed.</summary>
public sealed class DeterminismTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(31)]
    public void The_same_seed_tells_the_same_story(int seed)
    {
        var (first, told) = Told(seed);
        var (second, toldAgain) = Told(seed);

        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Equal(told, toldAgain);
        Assert.True(told.Length > 10_000, "A story without events.");
    }

    [Fact]
    public void Listening_changes_nothing() => Assert.Equal(Told(7).Result.Fingerprint, SimulationRun.Of(7).Fingerprint);

    [Fact]
    public void Worlds_beside_each_other_do_not_touch()
    {
        var alone = Enumerable.Range(40, 6).Select(static seed => SimulationRun.Of(seed).Fingerprint).ToList();
        var together = new Dictionary<int, ulong>();
        Batch.Run(40, 45, jobs: 3, result => together.TryAdd(result.Seed, result.Fingerprint));

        Assert.Equal(alone, Enumerable.Range(40, 6).Select(seed => together[seed]));
        Assert.Equal(alone.Count, alone.Distinct().Count());
    }

    [Fact]
    public void What_escapes_to_another_thread_is_noticed()
    {
        var machine = new Machine(new World(1, trace: null), "escaping");
        Exception? failure = null;
        var other = new Thread(() => failure = Record.Exception(() => machine.Begin(() => Task.CompletedTask)));
        other.Start();
        other.Join();

        Assert.IsType<InvalidOperationException>(failure);
    }

    private static (RunResult Result, string Story) Told(int seed)
    {
        using var story = new StringWriter();
        return (SimulationRun.Of(seed, trace: new Trace(story)), story.ToString());
    }
}
