namespace Payments.Simulation.Engine;

/// <summary>The clock of a machine. Wall time may jump; timestamps and timers follow the true time, as a monotonic clock does.</summary>
/// <param name="machine">Whose.</param>
/// <param name="urgency">What its timers are for.</param>
internal sealed class MachineClock(Machine machine, Urgency urgency) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => machine.World.Now + machine.ClockOffset;

    public override long GetTimestamp() => (urgency == Urgency.Housekeeping ? machine.World.Awake : machine.World.Elapsed).Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MachineTimer(machine, callback, state, urgency);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class MachineTimer(Machine machine, TimerCallback callback, object? state, Urgency urgency) : ITimer
    {
        private Appointment? next;
        private TimeSpan period;
        private int version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            this.period = period;
            version++;
            next?.CallOff();
            next = dueTime == Timeout.InfiniteTimeSpan ? null : Arm(dueTime);
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private Appointment Arm(TimeSpan delay)
        {
            var armed = version;
            return machine.World.Timer(delay, () => Ring(armed), urgency);
        }

        private void Ring(int armed)
        {
            if (!machine.IsAlive)
                return;
            machine.World.Post(machine, (Action)(() =>
            {
                if (armed == version)
                    callback(state);
            }));
            if (period > TimeSpan.Zero)
                next = Arm(period);
        }
    }
}
