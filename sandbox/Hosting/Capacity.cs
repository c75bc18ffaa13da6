namespace Payments.Sandbox;

/// <summary>Bounds what the sandbox keeps. Nothing is evicted: a ledger that forgets would prove nothing.</summary>
internal sealed class Capacity(int max)
{
    private int _used;

    /// <summary>What a client is told when there is no room.</summary>
    public string Refusal => $"The sandbox keeps {max} objects and is full; restart it or raise --max-objects.";

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _used) <= max)
            return true;
        Interlocked.Decrement(ref _used);
        return false;
    }

    /// <summary>Counts an object that an earlier run created; it is kept even beyond the limit.</summary>
    public void Restore() => Interlocked.Increment(ref _used);
}
