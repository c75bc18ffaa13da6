namespace Payments.Chaos.Load;

/// <summary>The run's own clock: monotonic, from its start, with the instant at which it started.</summary>
internal sealed class Clock(TimeProvider time)
{
    private readonly long began = time.GetTimestamp();

    /// <summary>When the run started (UTC).</summary>
    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>Time since then.</summary>
    public TimeSpan Now => time.GetElapsedTime(began);

    /// <summary>A UTC instant of this machine on this clock.</summary>
    public TimeSpan Of(DateTimeOffset instant) => instant - StartedAt;
}
