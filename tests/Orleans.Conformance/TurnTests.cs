namespace Payments.Conformance;

public sealed class TurnTests(SiloFixture fixture) : IClassFixture<SiloFixture>
{
    private readonly Probe _probe = fixture.Silo.Probe;

    [Fact]
    public async Task Turns_are_exclusive_under_a_thousand_concurrent_calls()
    {
        var grain = Work("exclusive");
        var calls = Enumerable.Range(0, 1000).AsParallel().WithDegreeOfParallelism(8).Select(_ => grain.CountAsync()).ToArray();
        var results = await Task.WhenAll(calls);

        Assert.All(results, result => Assert.Equal(0, result.Overlaps));
        Assert.Equal(Enumerable.Range(1, 1000), results.Select(result => result.Count).Order());
    }

    [Fact]
    public async Task Calls_of_one_caller_run_in_the_order_in_which_they_were_sent()
    {
        var grain = Work("order");
        await grain.PeekAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => grain.RecordAsync($"{number}")).ToArray());

        Assert.Equal(Enumerable.Range(0, 200).Select(number => $"order:{number}"), _probe.Log.Where(entry => entry.StartsWith("order:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Awaits_within_a_grain_come_back_to_its_own_scheduler() => Assert.True(await Work("scheduler").IsSchedulerKeptAsync());

    [Fact]
    public async Task A_self_call_that_is_not_awaited_runs_as_a_later_turn()
    {
        await Work("self").RecordThroughSelfAsync();

        Assert.Equal(["before", "after", "self"], [await _probe.NextAsync("self"), await _probe.NextAsync("self"), await _probe.NextAsync("self")]);
    }

    [Fact]
    public async Task A_self_call_that_is_awaited_deadlocks_until_its_timeout() => Assert.Equal("timed out", await Work("deadlock").CallSelfAsync());

    [Fact]
    public async Task A_reentrant_grain_may_await_itself() =>
        Assert.Equal("answered", await fixture.Silo.Grains.GetGrain<IReentrantGrain>("self").CallSelfAsync());

    [Fact]
    public async Task Calls_of_a_reentrant_grain_interleave()
    {
        var grain = fixture.Silo.Grains.GetGrain<IReentrantGrain>("interleave");
        var calls = Task.WhenAll(grain.HoldAsync("reentrant-1"), grain.HoldAsync("reentrant-2"));
        await _probe.ArrivalAsync("reentrant-1");
        await _probe.ArrivalAsync("reentrant-2");
        _probe.Open("reentrant-1");
        _probe.Open("reentrant-2");
        await calls;
    }

    [Fact]
    public async Task A_call_marked_always_interleave_does_not_wait_for_a_running_call()
    {
        var grain = Work("peek");
        await grain.CountAsync();
        var held = grain.HoldAsync("peek-held");
        await _probe.ArrivalAsync("peek-held");

        Assert.Equal(1, await grain.PeekAsync().WaitAsync(TestSilo.Patience));
        Assert.False(held.IsCompleted);
        _probe.Open("peek-held");
        await held;
    }

    [Fact]
    public async Task Read_only_calls_pass_a_write_that_waits_for_a_read_only_call()
    {
        var grain = Work("reading");
        var held = grain.HoldReadingAsync("reading-held");
        await _probe.ArrivalAsync("reading-held");
        var write = grain.RecordAsync("write");
        await grain.RecordReadingAsync("read").WaitAsync(TestSilo.Patience);

        Assert.Equal(0, _probe.Log.Count(entry => entry == "reading:write"));
        _probe.Open("reading-held");
        await Task.WhenAll(held, write);
        Assert.Equal(["reading:read", "reading:write"], _probe.Log.Where(entry => entry.StartsWith("reading:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_read_only_call_waits_for_a_write()
    {
        var grain = Work("writing");
        var held = grain.HoldAsync("writing-held");
        await _probe.ArrivalAsync("writing-held");
        var read = grain.RecordReadingAsync("read");
        await grain.PeekAsync().WaitAsync(TestSilo.Patience);

        Assert.Equal(0, _probe.Count("writing"));
        _probe.Open("writing-held");
        await Task.WhenAll(held, read);
    }

    [Fact]
    public async Task Of_several_read_only_calls_only_the_first_holds_back_a_write()
    {
        var grain = Work("first");
        var first = grain.HoldReadingAsync("first-1");
        await _probe.ArrivalAsync("first-1");
        var second = grain.HoldReadingAsync("first-2");
        await _probe.ArrivalAsync("first-2");
        _probe.Open("first-1");
        await first;

        await grain.RecordAsync("write").WaitAsync(TestSilo.Patience);
        Assert.False(second.IsCompleted);
        _probe.Open("first-2");
        await second;
    }

    private IWorkGrain Work(string key) => fixture.Silo.Grains.GetGrain<IWorkGrain>(key);
}
