using Payments.Grains.Webhooks;
using Payments.Testing;

namespace Payments.Grains.Tests.Webhooks;

public sealed class CircuitBreakerTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider time = new();

    [Fact]
    public void It_opens_after_the_last_failure_in_a_row_and_not_before()
    {
        var breaker = new CircuitBreaker(3, Pause, time);
        Fail(breaker, 2);
        Assert.True(breaker.TryEnter(out _));
        breaker.Record(false);

        Assert.False(breaker.TryEnter(out var wait));
        Assert.Equal(Pause, wait);
    }

    [Fact]
    public void A_success_in_between_starts_the_count_anew()
    {
        var breaker = new CircuitBreaker(3, Pause, time);
        Fail(breaker, 2);
        breaker.Record(true);
        Fail(breaker, 2);

        Assert.True(breaker.TryEnter(out _));
    }

    [Fact]
    public void After_the_pause_exactly_one_attempt_goes_through_until_its_result_is_in()
    {
        var breaker = new CircuitBreaker(3, Pause, time);
        Fail(breaker, 3);
        time.Advance(Pause);

        Assert.True(breaker.TryEnter(out _));
        Assert.False(breaker.TryEnter(out _));
        breaker.Record(true);
        Assert.True(breaker.TryEnter(out _));
        Assert.True(breaker.TryEnter(out _));
    }

    [Fact]
    public void A_failed_probe_closes_the_door_for_another_pause()
    {
        var breaker = new CircuitBreaker(3, Pause, time);
        Fail(breaker, 3);
        time.Advance(Pause);
        Assert.True(breaker.TryEnter(out _));
        breaker.Record(false);

        time.Advance(Pause - TimeSpan.FromTicks(1));
        Assert.False(breaker.TryEnter(out var wait));
        Assert.Equal(TimeSpan.FromTicks(1), wait);
        time.Advance(wait);
        Assert.True(breaker.TryEnter(out _));
    }

    [Fact]
    public void A_probe_whose_result_never_comes_in_does_not_keep_the_door_shut_for_ever()
    {
        var breaker = new CircuitBreaker(3, Pause, time);
        Fail(breaker, 3);
        time.Advance(Pause);
        Assert.True(breaker.TryEnter(out _));

        time.Advance(Pause);
        Assert.True(breaker.TryEnter(out _));
    }

    [Fact]
    public void Of_many_that_wait_for_the_end_of_the_pause_one_probes()
    {
        var breaker = new CircuitBreaker(1, Pause, time);
        Fail(breaker, 1);
        time.Advance(Pause);

        var entered = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (breaker.TryEnter(out var wait))
                Interlocked.Increment(ref entered);
        });

        Assert.Equal(1, entered);
    }

    private static void Fail(CircuitBreaker breaker, int times)
    {
        for (var i = 0; i < times; i++)
            breaker.Record(false);
    }
}
