namespace Orleans.Standin;

/// <summary>Decides where and when the turns of grains run. Register one before <c>UseOrleans</c> to replace the thread pool: a simulation
/// keeps the dispatched items and executes them one by one in an order drawn from a seed.</summary>
/// <remarks>All work of the runtime comes this way or by timers of the registered <see cref="TimeProvider"/>; there are no other hops,
/// except that code outside of grains which awaits a grain call continues wherever its own context says.</remarks>
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
