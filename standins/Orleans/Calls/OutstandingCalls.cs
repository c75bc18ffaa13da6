namespace Orleans.Runtime;

/// <summary>All calls that wait for their response, so that they can time out. Striped, because every call passes here twice.</summary>
internal sealed class OutstandingCalls : IDisposable
{
    private static readonly TimeSpan SweepPeriodMax = TimeSpan.FromSeconds(1);

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Stripe())];
    private readonly TimeProvider _clock;
    private readonly Func<GrainCall, Exception> _timeout;
    private readonly TimeSpan _period;
    private readonly ITimer _timer;
    private int _armed;

    /// <param name="clock">The messaging clock.</param>
    /// <param name="responseTimeout">The usual response timeout; outstanding calls are looked at once in that time, at least every second.</param>
    /// <param name="timeout">Makes the exception for a call that timed out, and informs the grain if need be.</param>
    public OutstandingCalls(TimeProvider clock, TimeSpan responseTimeout, Func<GrainCall, Exception> timeout)
    {
        _clock = clock;
        _timeout = timeout;
        _period = responseTimeout < SweepPeriodMax ? TimeSpan.FromTicks(Math.Max(responseTimeout.Ticks, TimeSpan.TicksPerMillisecond)) : SweepPeriodMax;
        using (ExecutionContext.SuppressFlow())
            _timer = clock.CreateTimer(static state => ((OutstandingCalls)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(GrainCall call)
    {
        var stripe = _stripes[Environment.CurrentManagedThreadId % _stripes.Length];
        lock (stripe.Gate)
        {
            call.Stripe = stripe;
            call.Previous = stripe.Last;
            if (stripe.Last is { } last)
                last.Next = call;
            else
                stripe.First = call;
            stripe.Last = call;
        }

        // The timer runs only while something is outstanding, so that an idle silo leaves virtual time alone.
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0)
            Arm();
    }

    public static void Remove(GrainCall call)
    {
        // Only the one who completes the call gets here, and only once.
        if (call.Stripe is not { } stripe)
            return;
        lock (stripe.Gate)
        {
            if (call.Previous is { } previous)
                previous.Next = call.Next;
            else
                stripe.First = call.Next;
            if (call.Next is { } next)
                next.Previous = call.Previous;
            else
                stripe.Last = call.Previous;
            call.Previous = call.Next = null;
            call.Stripe = null;
        }
    }

    /// <summary>Fails everything that is outstanding.</summary>
    public void FailAll(Func<GrainCall, Exception> exception)
    {
        foreach (var call in Snapshot(long.MaxValue))
            call.Fail(exception(call));
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        foreach (var call in Snapshot(_clock.GetTimestamp()))
            call.Fail(_timeout(call));

        Volatile.Write(ref _armed, 0);
        if (!Array.TrueForAll(_stripes, stripe => Volatile.Read(ref stripe.First) is null) && Interlocked.Exchange(ref _armed, 1) == 0)
            Arm();
    }

    private List<GrainCall> Snapshot(long deadline)
    {
        var found = new List<GrainCall>();
        foreach (var stripe in _stripes)
        {
            lock (stripe.Gate)
            {
                for (var call = stripe.First; call is not null; call = call.Next)
                {
                    if (call.Deadline < deadline)
                        found.Add(call);
                }
            }
        }

        return found;
    }

    private void Arm()
    {
        try
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The silo ended; it fails what is left itself.
        }
    }

    internal sealed class Stripe
    {
        public readonly Lock Gate = new();
        public GrainCall? First, Last;
    }
}
