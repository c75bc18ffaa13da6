using Orleans.Configuration;
using Orleans.Hosting;

namespace Payments.Conformance;

public sealed class ActivationTests(ActivationTests.Fixture fixture) : IClassFixture<ActivationTests.Fixture>
{
    private readonly Probe _probe = fixture.Silo.Probe;

    [Fact]
    public async Task OnDeactivate_hears_why_and_the_instance_is_disposed_of_after_it()
    {
        var first = await Life("leave").LeaveAsync();
        Assert.Equal("activated", await _probe.NextAsync("leave"));
        Assert.Equal("deactivated ApplicationRequested", await _probe.NextAsync("leave"));
        Assert.Equal("disposed", await _probe.NextAsync("leave"));

        Assert.True(await Life("leave").IncarnationAsync() > first);
    }

    [Fact]
    public async Task Calls_that_wait_at_a_leaving_grain_go_to_the_next_activation()
    {
        var grain = Life("queue");
        var slow = grain.LeaveSlowlyAsync("queue-gate");
        await _probe.ArrivalAsync("queue-gate");
        var waiting = Enumerable.Range(0, 5).Select(_ => grain.IncarnationAsync()).ToArray();
        _probe.Open("queue-gate");

        var leaving = await slow;
        var next = Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.True(next > leaving);
    }

    [Fact]
    public async Task A_call_is_forwarded_twice_and_then_rejected()
    {
        var grain = Life("forward");
        var first = grain.LeaveSlowlyAsync("forward-gate");
        await _probe.ArrivalAsync("forward-gate");
        var waiting = Enumerable.Range(0, 4).Select(_ => grain.LeaveAsync()).ToArray();
        _probe.Open("forward-gate");

        await first;
        await waiting[0];
        await waiting[1];
        await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => waiting[2]);
        await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => waiting[3]);
        await grain.IncarnationAsync();
    }

    [Fact]
    public async Task A_failed_activation_fails_its_call_and_the_next_call_tries_again()
    {
        var grain = fixture.Silo.Grains.GetGrain<IStillbornGrain>("stillborn");
        var failure = await Assert.ThrowsAsync<BusinessException>(grain.CallAsync);
        Assert.Equal(3, failure.Code);

        Assert.Equal(42, await grain.CallAsync());
    }

    [Fact]
    public async Task A_constructor_that_throws_fails_the_call()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(fixture.Silo.Grains.GetGrain<IBrokenGrain>("broken").CallAsync);
        Assert.Contains("BrokenGrain", failure.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be made", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grain_need_not_derive_from_the_base_class() =>
        Assert.Equal("plain/FF True", await fixture.Silo.Grains.GetGrain<IPlainGrain>(255).DescribeAsync());

    [Fact]
    public async Task An_idle_grain_is_deactivated_and_a_timer_keeps_a_grain_alive_only_if_told_so()
    {
        await Life("kept").TickAsync(keepAlive: true);
        await Life("ticking").TickAsync(keepAlive: false);
        await Life("idle").IncarnationAsync();

        foreach (var key in new[] { "idle", "ticking" })
        {
            Assert.Equal("activated", await _probe.NextAsync(key));
            Assert.Equal("deactivated ActivationIdle", await _probe.NextAsync(key));
        }

        Assert.Equal(1, _probe.Count("kept"));
    }

    [Fact]
    public async Task Stopping_the_host_deactivates_grains_and_refuses_calls()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grains.GetGrain<ILifeGrain>("stop");
        await grain.IncarnationAsync();
        var held = grain.LeaveSlowlyAsync("stop-gate");
        await silo.Probe.ArrivalAsync("stop-gate");
        var stopping = silo.StopAsync();
        silo.Probe.Open("stop-gate");
        await held;
        await stopping;

        Assert.Equal(["stop:activated", "stop:deactivated ApplicationRequested", "stop:disposed"], silo.Probe.Log);
        await Assert.ThrowsAsync<SiloUnavailableException>(grain.IncarnationAsync);
    }

    [Fact]
    public async Task Stopping_the_host_tells_grains_so()
    {
        await using var silo = await TestSilo.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => silo.Grains.GetGrain<ILifeGrain>($"stop-{number}").IncarnationAsync()));
        await silo.StopAsync();

        Assert.Equal(20, silo.Probe.Log.Count(entry => entry.EndsWith(":deactivated ShuttingDown", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_startup_task_can_call_grains()
    {
        await using var silo = await TestSilo.StartAsync(builder => builder.AddStartupTask((services, _) =>
            ((IGrainFactory)services.GetService(typeof(IGrainFactory))!).GetGrain<ILifeGrain>("startup").IncarnationAsync()));

        Assert.Equal(["startup:activated"], silo.Probe.Log);
    }

    private ILifeGrain Life(string key) => fixture.Silo.Grains.GetGrain<ILifeGrain>(key);

    public sealed class Fixture : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo) => silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromSeconds(1);
            options.CollectionAge = TimeSpan.FromSeconds(2);
        });
    }
}
