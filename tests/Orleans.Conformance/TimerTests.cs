namespace Payments.Conformance;

public sealed class TimerTests(SiloFixture fixture) : IClassFixture<SiloFixture>
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    private readonly Probe _probe = fixture.Silo.Probe;

    [Fact]
    public async Task A_timer_ticks_again_and_again_until_disposed_of()
    {
        var grain = Timer("again");
        await grain.StartAsync(TimeSpan.Zero, Soon, interleave: false);
        for (var tick = 0; tick < 3; tick++)
            Assert.Equal("tick", await _probe.NextAsync("again"));

        await grain.DisposeTimerAsync();
        var ticks = _probe.Count("again");
        await grain.StartFailingAsync();
        await SkipUntilAsync("again", "failing");
        Assert.Equal(ticks, _probe.Log.Count(entry => entry == "again:tick"));
    }

    [Fact]
    public async Task A_tick_that_throws_does_not_end_the_timer()
    {
        await Timer("failing").StartFailingAsync();
        for (var tick = 0; tick < 3; tick++)
            Assert.Equal("failing", await _probe.NextAsync("failing"));
    }

    [Fact]
    public async Task An_infinite_period_means_one_tick_and_a_change_arms_the_timer_again()
    {
        var grain = Timer("once");
        await grain.StartAsync(TimeSpan.Zero, Timeout.InfiniteTimeSpan, interleave: false);
        Assert.Equal("tick", await _probe.NextAsync("once"));
        await grain.ChangeAsync(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Assert.Equal("tick", await _probe.NextAsync("once"));
        await grain.StartFailingAsync();
        await SkipUntilAsync("once", "failing");

        Assert.Equal(2, _probe.Log.Count(entry => entry == "once:tick"));
    }

    [Fact]
    public async Task A_change_within_a_tick_takes_effect_after_it()
    {
        await Timer("changing").StartChangingAsync();
        for (var tick = 0; tick < 3; tick++)
            Assert.Equal("tick", await _probe.NextAsync("changing"));
    }

    [Fact]
    public async Task Ticks_wait_for_a_running_call()
    {
        var grain = Timer("waits");
        var interleaving = Timer("interleaves");
        var held = Task.WhenAll(grain.HoldAsync("waits-gate"), Task.CompletedTask);
        await _probe.ArrivalAsync("waits-gate");
        var started = grain.StartAsync(TimeSpan.Zero, Soon, interleave: false);

        // Ticks elsewhere show that time passes.
        await interleaving.StartAsync(TimeSpan.Zero, Soon, interleave: true);
        for (var tick = 0; tick < 5; tick++)
            await _probe.NextAsync("interleaves");
        Assert.Equal(0, _probe.Count("waits"));

        _probe.Open("waits-gate");
        await held;
        await started;
        Assert.Equal("tick", await _probe.NextAsync("waits"));
        var heldAgain = grain.HoldAsync("waits-again");
        await _probe.ArrivalAsync("waits-again");
        var ticks = _probe.Count("waits");
        for (var tick = 0; tick < 5; tick++)
            await _probe.NextAsync("interleaves");
        Assert.Equal(ticks, _probe.Count("waits"));
        _probe.Open("waits-again");
        await heldAgain;
    }

    [Fact]
    public async Task Interleaving_ticks_do_not_wait_for_a_running_call()
    {
        var grain = Timer("beside");
        await grain.StartAsync(TimeSpan.Zero, Soon, interleave: true);
        var held = grain.HoldAsync("beside-gate");
        await _probe.ArrivalAsync("beside-gate");
        for (var tick = 0; tick < 5; tick++)
            Assert.Equal("tick", await _probe.NextAsync("beside"));

        Assert.False(held.IsCompleted);
        _probe.Open("beside-gate");
        await held;
    }

    [Fact]
    public async Task Disposing_of_a_timer_cancels_the_running_tick()
    {
        var grain = Timer("disposed");
        await grain.StartWaitingAsync();
        Assert.Equal("waiting", await _probe.NextAsync("disposed"));
        await grain.DisposeTimerAsync();
        Assert.Equal("cancelled", await _probe.NextAsync("disposed"));
    }

    [Fact]
    public async Task A_negative_due_time_is_refused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Timer("negative").StartAsync(TimeSpan.FromSeconds(-5), Soon, interleave: false));

    private ITimerGrain Timer(string key) => fixture.Silo.Grains.GetGrain<ITimerGrain>(key);

    private async Task SkipUntilAsync(string topic, string value)
    {
        while (await _probe.NextAsync(topic) != value)
        {
        }
    }
}
