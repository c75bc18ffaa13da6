namespace Orleans.Standin;

/// <summary>Decides where and when the turns of grains run. Register one before <c>UseOrleans</c> to replace the thread pool: a simulation
/// keeps the dispatched items and executes them one by one in an order drawn from a seed.</summary>
/// <remarks>Nothing of the runtime runs elsewhere: turns, completions of calls and what awaits them outside of grains come this way, delays
/// by timers of the registered <see cref="TimeProvider"/>.</remarks>
public interface ITurnDispatcher
{
    /// <summary>How many work items of one activation run before others get their chance; at least one.</summary>
    int TurnsPerDispatch => 1;

    /// <summary>Arranges that <see cref="IThreadPoolWorkItem.Execute"/> is called once. The same object is never handed over again before that,
    /// so two executions of it never overlap.</summary>
    void Dispatch(IThreadPoolWorkItem turns);
}

/// <summary>The usual dispatcher.</summary>
internal sealed class ThreadPoolTurnDispatcher : ITurnDispatcher
{
    public int TurnsPerDispatch => 256;

    public void Dispatch(IThreadPoolWorkItem turns) => ThreadPool.UnsafeQueueUserWorkItem(turns, preferLocal: true);
}

/// <summary>Completes a promise where the dispatcher says, so that what awaits it runs there too and never within somebody's turn.</summary>
internal sealed class Settlement<T>(TaskCompletionSource<T> promise, Task<T> outcome) : IThreadPoolWorkItem
{
    public void Execute()
    {
        // With a synchronization context on this thread, continuations that want none would leave for the thread pool.
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            promise.TrySetFromTask(outcome);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }
}
