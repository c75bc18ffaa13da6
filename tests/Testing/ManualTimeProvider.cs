namespace Payments.Testing;

/// <summary>A clock that stands still until <see cref="Advance"/> moves it. Timers fire on the advancing thread, in the order of their due
/// times (equal ones in the order in which they were set), with the clock at that time.</summary>
/// <param name="start">The first instant; 2026-01-01 UTC when omitted.</param>
public sealed class ManualTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _timers = new(Comparer<ManualTimer>.Create(static (left, right) =>
        (left.Due, left.Order).CompareTo((right.Due, right.Order))));

    private readonly DateTimeOffset _start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;
    private long _order;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How long until the next timer is due; <see langword="null"/> when none is set.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_gate)
                return _timers.Min is { } next ? next.Due - _elapsed : null;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _start + _elapsed;
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return _elapsed.Ticks;
    }

    /// <summary>Moves the clock and fires what becomes due on the way, also timers set by those that fire.</summary>
    /// <param name="time">Not negative.</param>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        TimeSpan target;
        lock (_gate)
            target = _elapsed + time;
        while (TakeDue(target) is { } timer)
            timer.Fire();
        lock (_gate)
            _elapsed = target;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeDue(TimeSpan target)
    {
        lock (_gate)
        {
            if (_timers.Min is not { } timer || timer.Due > target)
                return null;
            _timers.Remove(timer);
            _elapsed = timer.Due > _elapsed ? timer.Due : _elapsed;
            if (timer.Period > TimeSpan.Zero)
                Set(timer, timer.Period);
            return timer;
        }
    }

    private void Set(ManualTimer timer, TimeSpan dueTime)
    {
        timer.Due = _elapsed + dueTime;
        timer.Order = ++_order;
        _timers.Add(timer);
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public TimeSpan Due { get; set; }

        public long Order { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                if (_disposed)
                    return false;
                clock._timers.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    clock.Set(this, dueTime);
                return true;
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
