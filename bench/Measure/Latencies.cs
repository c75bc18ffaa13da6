using System.Diagnostics;

namespace Payments.Bench.Measure;

/// <summary>Quantiles of a set of durations in milliseconds, by the nearest-rank method: every figure is one that was measured.</summary>
internal sealed record Latencies(double P50Ms, double P95Ms, double P99Ms, double MaxMs)
{
    /// <summary>Of durations in <see cref="Stopwatch"/> ticks, of which there is at least one.</summary>
    public static Latencies Of(long[] ticks)
    {
        var sorted = (long[])ticks.Clone();
        Array.Sort(sorted);
        return new Latencies(At(0.50), At(0.95), At(0.99), Ms(sorted[^1]));

        double At(double quantile) => Ms(sorted[Math.Max(0, (int)Math.Ceiling(quantile * sorted.Length) - 1)]);
    }

    private static double Ms(long ticks) => Math.Round(ticks * 1000.0 / Stopwatch.Frequency, 2);
}
