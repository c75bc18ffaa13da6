namespace Payments.Grains.Retry;

/// <summary>Exponential waiting with jitter.</summary>
public sealed record Backoff
{
    /// <summary>Wait after the first failure.</summary>
    public TimeSpan Initial { get; init; }

    /// <summary>Longest wait, before jitter.</summary>
    public TimeSpan Max { get; init; }

    /// <summary>Waits are spread over ± this fraction, so that a provider's recovery is not met by everyone at once.</summary>
    public const double JitterFraction = 0.2;

    /// <summary>When to try again after <paramref name="failures"/> failures.</summary>
    /// <param name="moment">Now, and the chance that spreads the wait.</param>
    /// <param name="failures">1 or more.</param>
    /// <param name="wished">The other side's <c>Retry-After</c>; honoured between once and twice the planned wait.</param>
    public DateTimeOffset Next(Moment moment, int failures, TimeSpan? wished = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);

        // 2^30 doublings reach any sane maximum; the clamp keeps the arithmetic finite after years of failures.
        var doublings = Math.Min(failures - 1, 30);
        var planned = Math.Min(Initial.TotalSeconds * Math.Pow(2, doublings), Max.TotalSeconds);
        return moment.Now + Spread(TimeSpan.FromSeconds(planned), moment.Chance, wished);
    }

    /// <summary>Applies jitter and the other side's wish to a planned wait.</summary>
    public static TimeSpan Spread(TimeSpan planned, double chance, TimeSpan? wished)
    {
        if (wished is { } wish)
            planned = TimeSpan.FromTicks(Math.Clamp(wish.Ticks, planned.Ticks, planned.Ticks * 2));
        return planned * (1 - JitterFraction + 2 * JitterFraction * chance);
    }
}
