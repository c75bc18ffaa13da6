using System.Threading.Channels;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>A manual clock that also tells which timers were started: a test waits for that before it moves the clock.</summary>
internal sealed class WatchedTime : TimeProvider
{
    private readonly Channel<TimeSpan> _started = Channel.CreateUnbounded<TimeSpan>();

    public ManualTimeProvider Clock { get; } = new();

    /// <summary>The due time of every timer, as it was started.</summary>
    public ChannelReader<TimeSpan> TimersStarted => _started.Reader;

    public override long TimestampFrequency => Clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => Clock.GetUtcNow();

    public override long GetTimestamp() => Clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = Clock.CreateTimer(callback, state, dueTime, period);
        _started.Writer.TryWrite(dueTime);
        return timer;
    }
}
