namespace Payments.Conformance;

public sealed class CallTests(SiloFixture fixture) : IClassFixture<SiloFixture>
{
    private readonly Probe _probe = fixture.Silo.Probe;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exception_reaches_the_caller_with_type_message_and_data(bool beforeAwait)
    {
        var failure = await Assert.ThrowsAsync<BusinessException>(() => Call("throw").ThrowAsync(beforeAwait));
        Assert.Equal(("not enough", 7), (failure.Message, failure.Code));
    }

    [Fact]
    public async Task An_exception_passes_through_a_grain_in_between() =>
        await Assert.ThrowsAsync<BusinessException>(() => Call("relay").ThrowDeepAsync("throw"));

    [Fact]
    public async Task A_value_task_carries_exceptions_too() =>
        await Assert.ThrowsAsync<KeyNotFoundException>(async () => await Call("throw").ThrowStandardAsync());

    [Fact]
    public async Task A_cancellation_that_the_grain_throws_cancels_the_callers_task()
    {
        var call = Call("throw").ThrowCancelledAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => call);
        Assert.True(call.IsCanceled);
    }

    [Fact]
    public async Task Plain_values_nullables_and_nulls_travel()
    {
        var id = Guid.NewGuid();
        var at = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));
        Assert.Equal(
            FormattableString.Invariant($"{id} -5 {at:O} Friday  3"),
            await Call("values").ValuesAsync(id, -5, at, DayOfWeek.Friday, null, [1, 2, 3]));
        await Call("values").NothingAsync();
        Assert.NotNull(await Call("values").MaybeAsync(true));
        Assert.Null(await Call("values").MaybeAsync(false));
    }

    [Fact]
    public async Task A_caller_stops_waiting_at_the_response_timeout_and_the_grain_goes_on()
    {
        var call = Call("slow").SlowAsync("slow-gate", "done");
        await _probe.ArrivalAsync("slow-gate");
        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(TestSilo.Patience));

        _probe.Open("slow-gate");
        Assert.Equal("done", await _probe.NextAsync("slow"));
    }

    [Fact]
    public async Task A_call_that_times_out_in_the_queue_is_never_run()
    {
        var grain = Call("expired");
        var held = grain.HoldAsync("expired-gate");
        await _probe.ArrivalAsync("expired-gate");
        await Assert.ThrowsAsync<TimeoutException>(() => grain.RecordSoonAsync("too late"));
        _probe.Open("expired-gate");
        await held;
        await grain.RecordAsync("in time", CancellationToken.None);

        Assert.Equal("in time", await _probe.NextAsync("expired"));
    }

    [Fact]
    public async Task A_cancelled_token_stops_the_call_before_it_starts()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Call("unsent").RecordAsync("sent", cancellation.Token));
        await Call("unsent").RecordAsync("second", CancellationToken.None);

        Assert.Equal("second", await _probe.NextAsync("unsent"));
    }

    [Fact]
    public async Task A_token_cancelled_during_the_call_reaches_the_grain_and_frees_the_caller()
    {
        using var cancellation = new CancellationTokenSource();
        var call = Call("cancel").WaitForCancellationAsync(cancellation.Token);
        Assert.Equal("waiting", await _probe.NextAsync("cancel"));
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TestSilo.Patience));
        Assert.Equal("cancelled", await _probe.NextAsync("cancel"));
    }

    /// <summary>Whether the grain still runs it is a race in a cluster, so nothing is said of that.</summary>
    [Fact]
    public async Task A_call_cancelled_in_the_queue_frees_its_caller_at_once()
    {
        var grain = Call("withdrawn");
        var held = grain.HoldAsync("withdrawn-gate");
        await _probe.ArrivalAsync("withdrawn-gate");
        using var cancellation = new CancellationTokenSource();
        var call = grain.RecordAsync("withdrawn", cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TestSilo.Patience));
        Assert.False(held.IsCompleted);
        _probe.Open("withdrawn-gate");
        await held;
    }

    [Fact]
    public async Task A_one_way_call_returns_at_once_and_loses_its_exception()
    {
        await Call("oneway").RecordOneWayAsync("oneway-gate", "arrived").WaitAsync(TestSilo.Patience);
        Assert.Equal(0, _probe.Count("oneway"));
        _probe.Open("oneway-gate");
        Assert.Equal("arrived", await _probe.NextAsync("oneway"));

        await Call("oneway").ThrowOneWayAsync();
        await Call("oneway").NothingAsync();
    }

    private ICallGrain Call(string key) => fixture.Silo.Grains.GetGrain<ICallGrain>(key);
}
