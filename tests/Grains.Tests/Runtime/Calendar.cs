namespace Payments.Grains.Tests.Runtime;

/// <summary>The time of day is the test's, timers are the system's: the product decides by the first, the runtime lives by the second. A clock that
/// also commanded the runtime's timers would have every one of them fire inside <see cref="Advance"/>.</summary>
internal sealed class Calendar(DateTimeOffset start) : TimeProvider
{
    private long ticks = start.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
}
