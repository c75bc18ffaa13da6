using Orleans.Standin;

namespace Orleans.Runtime;

/// <summary>The task scheduler of one activation: one item at a time, in order. Awaits within a grain come back here.</summary>
internal sealed class TurnQueue(ITurnDispatcher dispatcher, IGrainContext? context) : TaskScheduler, IThreadPoolWorkItem, IWorkItemScheduler
{
    private static readonly ExecutionContext Clean = CaptureClean();

    [ThreadStatic]
    private static TurnQueue? t_running;

    private readonly Lock _gate = new();
    private readonly Queue<object> _items = new();
    private bool _dispatched;

    public override int MaximumConcurrencyLevel => 1;

    public void QueueAction(Action action) => Enqueue(action);

    public void QueueAction(Action<object> action, object state) => QueueAction(() => action(state));

    void IWorkItemScheduler.QueueTask(Task task) => task.Start(this);

    /// <summary>Runs asynchronous work in this queue.</summary>
    /// <returns>Its outcome; what awaits it does not run in this queue.</returns>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var promise = new TaskCompletionSource<T>();
        QueueAction(() => _ = RunAndSettleAsync());
        return promise.Task;

        async Task RunAndSettleAsync()
        {
            var outcome = Start();
            await ((Task)outcome).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            dispatcher.Dispatch(new Settlement<T>(promise, outcome));
        }

        async Task<T> Start() => await work();
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> work) => RunAsync(async () =>
    {
        await work();
        return default(VoidResult);
    });

    /// <summary>Turns must not inherit what flows with callers or belongs to the executing thread, so every execution starts from an empty
    /// context; <see cref="ExecutionContext.Run"/> restores the thread's own afterwards.</summary>
    void IThreadPoolWorkItem.Execute() => ExecutionContext.Run(Clean, static state => ((TurnQueue)state!).Drain(), this);

    protected override void QueueTask(Task task) => Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(t_running, this) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
            return _items.OfType<Task>().ToArray();
    }

    private void Enqueue(object item)
    {
        lock (_gate)
        {
            _items.Enqueue(item);
            if (_dispatched)
                return;
            _dispatched = true;
        }

        dispatcher.Dispatch(this);
    }

    private void Drain()
    {
        // With one, awaits would go there and not to this scheduler.
        SynchronizationContext.SetSynchronizationContext(null);
        var previousContext = RuntimeContext.Enter(context);
        var previousQueue = t_running;
        t_running = this;
        try
        {
            for (var turn = 0; turn < dispatcher.TurnsPerDispatch; turn++)
            {
                object? item;
                lock (_gate)
                {
                    if (!_items.TryDequeue(out item))
                    {
                        _dispatched = false;
                        return;
                    }
                }

                if (item is Task task)
                    TryExecuteTask(task);
                else
                    // Within a task of this scheduler, so that TaskScheduler.Current is right.
                    new Task((Action)item).RunSynchronously(this);
            }
        }
        finally
        {
            t_running = previousQueue;
            RuntimeContext.Enter(previousContext);
        }

        lock (_gate)
        {
            if (_items.Count == 0)
            {
                _dispatched = false;
                return;
            }
        }

        dispatcher.Dispatch(this);
    }

    private static ExecutionContext CaptureClean()
    {
        ExecutionContext? clean = null;
        var thread = new Thread(() => clean = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return clean!;
    }
}
