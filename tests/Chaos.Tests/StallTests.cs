using Payments.Chaos.Checking;
using Payments.Chaos.Run;
using Payments.Chaos.World;

namespace Payments.Chaos.Tests;

/// <summary>How the figures of a run come about.</summary>
public sealed class StallTests
{
    [Fact]
    public void A_wait_lasts_from_the_first_try_to_the_first_definite_answer()
    {
        var waits = Stalls.Waits(
        [
            Sample.CancelTry(10, 0, "the connection was closed"), Sample.CancelTry(11, 503, "later"), Sample.CancelTry(12, 202, ""), Sample.CancelTry(20, 422, "again"),
            Sample.CancelTry(11, 202, "", "another client"), Sample.CancelTry(30, 0, "no answer in time"), Sample.Read, Sample.CancelTry(13, 404, "") with { Foreign = true },
        ]);

        Assert.Equal([(10, 2400), (11, 400), (20, 400)], waits.Select(static wait => ((int)wait.From.TotalSeconds, (int)wait.Length.TotalMilliseconds)).Order());
    }

    [Fact]
    public void A_stall_is_made_of_what_was_under_way_or_begun_within_the_window()
    {
        Wait[] waits = [Between(1, 2), Between(9, 11), Between(10, 10.1), Between(24.9, 30), Between(25.1, 90)];

        var stall = Stalls.After(new ChaosEvent(EventKind.SiloKilled, "silo 1", Seconds(10)), waits, [Seconds(9), Seconds(10.5), Seconds(17), Seconds(18)]);

        Assert.Equal((3, 2000, 5100, 5100, 6500), (stall.Cancels, Milliseconds(stall.P50), Milliseconds(stall.P99), Milliseconds(stall.Longest), Milliseconds(stall.Silence)));
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    public void A_percentile_is_a_value_that_was_measured(double share, int expected) =>
        Assert.Equal(expected, Stalls.At([.. Enumerable.Range(1, 100).Select(static value => TimeSpan.FromSeconds(value))], share).TotalSeconds);

    [Fact]
    public void Nothing_measured_is_nothing() => Assert.Equal(TimeSpan.Zero, Stalls.At([], 0.99));

    [Fact]
    public void An_error_during_the_rolling_restart_is_a_violation_and_a_refused_connection_is_none()
    {
        var rolling = new RollingRestart(Seconds(10), Seconds(20), [], 1);
        var evidence = Sample.Of(Sample.Tried(
            Sample.CancelTry(5, 503, ""), Sample.CancelTry(12, 503, ""), Sample.CancelTry(13, 0, "the connection was closed"),
            Sample.CancelTry(14, 0, "refused") with { Ending = Ending.NotSent }, Sample.CancelTry(15, 202, ""), Sample.CancelTry(21, 503, "")));

        Assert.Equal(2, Report.RollingErrors(rolling, evidence).Count());
        Assert.Empty(Report.RollingErrors(null, evidence));
    }

    [Fact]
    public void What_a_silo_calls_a_defect_is_a_violation()
    {
        var violations = Report.Defects([("silo 1", "GET failed (temporary: True)\nPATCH under /v2 failed (temporary: False), trace id 1"), ("silo 2", "")]);

        Assert.Equal(("defect", "silo 1"), Assert.Single(violations.Select(static violation => (violation.Invariant, violation.Subject))));
    }

    private static Wait Between(double from, double to) => new(Seconds(from), Seconds(to));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;
}
