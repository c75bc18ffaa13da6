namespace Payments.Telemetry.Tests.Harness;

/// <summary>The system's clock, put forward by as much as a test says. Timers run as usual.</summary>
public sealed class ShiftedTime : TimeProvider
{
    private long ticks;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref ticks));

    /// <summary>Puts it forward.</summary>
    public void Skip(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);
}
