using System.Collections.Concurrent;

namespace Payments.Sandbox;

/// <summary>Counts every call per operation, effective or not: what the ledger deliberately leaves out.</summary>
public sealed class CallCounters
{
    private readonly ConcurrentDictionary<string, Counter> _counters = new();

    /// <summary>The numbers of each operation that was called at least once.</summary>
    public IReadOnlyDictionary<string, CallCount> Snapshot() =>
        new SortedDictionary<string, CallCount>(
            _counters.ToDictionary(pair => pair.Key, pair => pair.Value.Read()), StringComparer.Ordinal);

    /// <summary>
    /// Waits until <paramref name="operation"/> has reached every number of <paramref name="least"/>; a call counts from its
    /// arrival, before any delay.
    /// </summary>
    /// <returns>The numbers then, or when <paramref name="timeout"/> has passed.</returns>
    public async Task<CallCount> WaitAsync(
        string operation, CallCount least, TimeSpan timeout, TimeProvider time, CancellationToken cancellation = default)
    {
        var counter = For(operation);
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            for (var changed = counter.Changed(); !counter.Read().Reaches(least); changed = counter.Changed())
                await changed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The caller sees by the numbers that the wait was in vain.
        }
        return counter.Read();
    }

    internal Counter For(string operation) => _counters.GetOrAdd(operation, static _ => new Counter());

    internal sealed class Counter
    {
        private long _calls;
        private long _refused;
        private long _replayed;
        private long _faults;
        private TaskCompletionSource? _changed;

        public void Called() => Count(ref _calls);

        public void Answered(int status, bool replayed)
        {
            if (status >= 400)
                Count(ref _refused);
            if (replayed)
                Count(ref _replayed);
        }

        public void Faulted() => Count(ref _faults);

        /// <summary>Completes with the next change; ask for it before reading, then no change is missed.</summary>
        public Task Changed()
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _changed, mine, null) ?? mine).Task;
        }

        public CallCount Read() => new(
            Interlocked.Read(ref _calls), Interlocked.Read(ref _refused), Interlocked.Read(ref _replayed), Interlocked.Read(ref _faults));

        private void Count(ref long number)
        {
            Interlocked.Increment(ref number);
            if (Volatile.Read(ref _changed) is not null)
                Interlocked.Exchange(ref _changed, null)?.TrySetResult();
        }
    }
}

/// <summary>How often one operation was called, answered with 4xx or 5xx, answered from an idempotency key, and hit by a fault.</summary>
public sealed record CallCount(long Calls, long Refused, long Replayed, long Faults)
{
    /// <summary>Whether every number is at least that of <paramref name="least"/>.</summary>
    public bool Reaches(CallCount least) =>
        Calls >= least.Calls && Refused >= least.Refused && Replayed >= least.Replayed && Faults >= least.Faults;
}
