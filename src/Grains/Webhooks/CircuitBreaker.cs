namespace Payments.Grains.Webhooks;

/// <summary>Leaves an endpoint alone after many failures in a row. When the pause is over one attempt goes through and decides.</summary>
internal sealed class CircuitBreaker(int failuresMax, TimeSpan pause, TimeProvider time)
{
    private readonly Lock gate = new();
    private int failures;
    private DateTimeOffset openUntil = DateTimeOffset.MinValue;

    /// <summary>Whether the endpoint counts as down. It does until an attempt succeeds, also when the pause is over.</summary>
    public bool IsOpen
    {
        get
        {
            lock (gate)
                return failures >= failuresMax;
        }
    }

    /// <summary>Whether an attempt may go ahead; if not, how long to wait.</summary>
    public bool TryEnter(out TimeSpan wait)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            wait = openUntil - now;
            if (wait > TimeSpan.Zero)
                return false;

            // The one that probes closes the door behind itself until its result is in.
            if (failures >= failuresMax)
                openUntil = now + pause;
            return true;
        }
    }

    /// <summary>Records the result of an attempt.</summary>
    public void Record(bool success)
    {
        lock (gate)
        {
            failures = success ? 0 : failures + 1;
            openUntil = failures >= failuresMax ? time.GetUtcNow() + pause : DateTimeOffset.MinValue;
        }
    }
}
