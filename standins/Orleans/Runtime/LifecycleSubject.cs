namespace Orleans.Runtime;

/// <summary>Starts observers stage by stage and stops them in reverse, up to the highest stage that was started.</summary>
internal sealed class LifecycleSubject : ISiloLifecycle, IGrainLifecycle
{
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private int? _highStage;

    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        lock (_gate)
        {
            if (_highStage is not null)
                throw new InvalidOperationException("Lifecycle has already been started.");
            var subscription = new Subscription(stage) { Observer = observer };
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var stage in Stages().OrderBy(group => group.Key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _highStage = stage.Key;
            await Task.WhenAll(stage.Select(subscription => Guard(subscription.Observer, observer => observer.OnStart(cancellationToken))));
            HighestCompletedStage = stage.Key;
        }
    }

    /// <summary>Stops every started stage, whatever the observers throw.</summary>
    /// <param name="onError">Told what observers threw.</param>
    /// <param name="cancellationToken">Handed to the observers: time is up.</param>
    public async Task StopAsync(Action<Exception> onError, CancellationToken cancellationToken)
    {
        if (_highStage is not { } highest)
            return;
        foreach (var stage in Stages().Where(group => group.Key <= highest).OrderByDescending(group => group.Key))
        {
            try
            {
                await Task.WhenAll(stage.Select(subscription => Guard(subscription.Observer, observer => observer.OnStop(cancellationToken))));
            }
            catch (Exception exception)
            {
                // The remaining stages must still stop.
                onError(exception);
            }

            LowestStoppedStage = stage.Key;
        }
    }

    private IGrouping<int, Subscription>[] Stages()
    {
        lock (_gate)
            return _subscriptions.GroupBy(subscription => subscription.Stage).ToArray();
    }

    private static async Task Guard(ILifecycleObserver? observer, Func<ILifecycleObserver, Task> call)
    {
        if (observer is not null)
            await call(observer);
    }

    private sealed class Subscription(int stage) : IDisposable
    {
        public int Stage => stage;

        public ILifecycleObserver? Observer { get; set; }

        public void Dispose() => Observer = null;
    }
}
