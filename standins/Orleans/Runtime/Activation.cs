using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime;

/// <summary>One incarnation of a grain: its instance, its queue of calls, and the rules by which calls may run side by side.
/// Everything but receiving calls happens in its own turns.</summary>
internal sealed partial class Activation : IGrainContext
{
    private readonly Catalog _catalog;
    private readonly GrainClass _class;
    private readonly TurnQueue _turns;
    private readonly Action _pump;
    private readonly Lock _gate = new();
    private readonly WaitingCalls _waiting = new();
    private readonly HashSet<IGrainTimer> _timers = [];
    private AsyncServiceScope _scope;
    private GrainCall? _blocking;
    private int _running;
    private long _idleSince;
    private bool _pumpQueued;
    private bool _pumping;
    private bool _pumpAgain;

    public Activation(Catalog catalog, GrainClass grainClass, GrainId grainId, ActivationId activationId)
    {
        _catalog = catalog;
        _class = grainClass;
        _turns = new TurnQueue(catalog.Dispatcher, this);
        _pump = Pump;
        _scope = catalog.Services.CreateAsyncScope();
        _idleSince = catalog.ActivationClock.GetTimestamp();
        GrainId = grainId;
        ActivationId = activationId;
    }

    private enum Stage
    {
        Creating,
        Activating,
        Valid,
        Deactivating,
        Gone,
    }

    public GrainId GrainId { get; }

    public ActivationId ActivationId { get; }

    public object? GrainInstance { get; private set; }

    public GrainReference GrainReference =>
        field ??= GrainProxy.For(typeof(IGrain)).Create(_catalog.Services.GetRequiredService<GrainMessenger>(), GrainId);

    public IServiceProvider ActivationServices => _scope.ServiceProvider;

    public IGrainLifecycle ObservableLifecycle => _lifecycle;

    public IWorkItemScheduler Scheduler => _turns;

    public bool IsGone => _stage == Stage.Gone;

    public object? GetTarget() => GrainInstance;

    public object? GetComponent(Type componentType) =>
        componentType.IsInstanceOfType(GrainInstance) ? GrainInstance : ActivationServices.GetService(componentType);

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => ActivationId.GetHashCode();

    public override string ToString() => $"[Activation: {GrainId}{ActivationId} State={_stage}]";

    /// <summary>Puts a call into the queue. Called from anywhere.</summary>
    public void Receive(GrainCall call)
    {
        call.Holder = this;
        lock (_gate)
        {
            _waiting.Add(call);
            if (_pumpQueued)
                return;
            _pumpQueued = true;
        }

        _turns.QueueAction(_pump);
    }

    /// <summary>Passes on that the caller gave up: a call that waits leaves the queue, one that runs sees its token cancelled.</summary>
    public void Cancel(GrainCall call) => _turns.QueueAction(() =>
    {
        if (!ReferenceEquals(call.Holder, this))
        {
            call.Holder?.Cancel(call);
            return;
        }

        bool waited;
        lock (_gate)
            waited = _waiting.Remove(call);
        if (waited)
            call.Fail(new OperationCanceledException());
        else
            call.CancelInvocation();
    });

    public void AddTimer(IGrainTimer timer)
    {
        lock (_gate)
            _timers.Add(timer);
    }

    public void RemoveTimer(IGrainTimer timer)
    {
        lock (_gate)
            _timers.Remove(timer);
    }

    /// <summary>Deactivates the grain if nothing runs or waits and it was not used for the given time.</summary>
    public void DeactivateIfIdle(TimeSpan age)
    {
        lock (_gate)
        {
            if (_stage != Stage.Valid || _running > 0 || _waiting.Count > 0 || _catalog.ActivationClock.GetElapsedTime(_idleSince) < age)
                return;
        }

        Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "This activation has become idle."));
    }

    private void Signal()
    {
        lock (_gate)
        {
            if (_pumpQueued)
                return;
            _pumpQueued = true;
        }

        _turns.QueueAction(_pump);
    }

    /// <summary>Starts whatever may start now.</summary>
    private void Pump()
    {
        lock (_gate)
            _pumpQueued = false;
        _pumping = true;
        try
        {
            do
            {
                _pumpAgain = false;
                if (_running == 0 && !TryFinishOperations())
                    return;
                StartCalls();
            }
            while (_pumpAgain);
        }
        finally
        {
            _pumping = false;
        }
    }

    private void StartCalls()
    {
        for (var index = 0; !_pumpAgain;)
        {
            GrainCall call;
            lock (_gate)
            {
                if (index >= _waiting.Count)
                    return;
                call = _waiting[index];
                if (_stage != Stage.Valid && !(call.IsLocalOnly && _stage == Stage.Deactivating))
                    break;
                if (!MayStart(call))
                {
                    // Nothing behind a blocked call can start either, unless something there may interleave.
                    if (!_class.IsReentrant && !_waiting.HasInterleavable)
                        return;
                    index++;
                    continue;
                }

                _waiting.RemoveAt(index);
                _running++;
                if (!call.IsAlwaysInterleave)
                    _blocking ??= call;
            }

            _ = ExecuteAsync(call);
        }

        if (_stage == Stage.Gone)
            ReleaseWaiting();
    }

    /// <summary>The rules of Orleans, including that only the first of several running calls blocks.</summary>
    private bool MayStart(GrainCall call) => _running == 0
        || call.IsAlwaysInterleave
        || _blocking is null
        || (_blocking.IsReadOnly && call.IsReadOnly)
        || _class.IsReentrant;

    private async Task ExecuteAsync(GrainCall call)
    {
        try
        {
            if (call.IsCompleted && !call.IsOneWay)
                return;
            if (_catalog.Messaging.DropExpiredMessages && _catalog.MessagingClock.GetTimestamp() > call.Deadline)
                return;

            RequestContext.Import(call.RequestContext);
            var instance = GrainInstance!;
            if (_catalog.Filters.Length == 0 && instance is not IIncomingGrainCallFilter)
                await call.InvokeAsync(instance);
            else
                await InvokeThroughFiltersAsync(call, instance);

            if (call.Failure is Storage.InconsistentStateException { IsSourceActivation: true } conflict)
            {
                // Only the activation whose state is stale ends, not those that the exception passes through.
                conflict.IsSourceActivation = false;
                Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, conflict.ToString()));
            }
        }
        finally
        {
            OnExecuted(call);
        }
    }

    private async Task InvokeThroughFiltersAsync(GrainCall call, object instance)
    {
        var context = new IncomingCallContext(call, this, instance, _catalog.Filters);
        try
        {
            await context.Invoke();
        }
        catch (Exception exception)
        {
            // It travels to the caller.
            call.Fail(exception);
            return;
        }

        call.Complete(context.Response!);
    }

    private void OnExecuted(GrainCall call)
    {
        lock (_gate)
        {
            _running--;
            if (_blocking is null || ReferenceEquals(_blocking, call))
                _blocking = null;
        }

        if (call.KeepsAlive)
            _idleSince = _catalog.ActivationClock.GetTimestamp();
        if (_pumping)
            _pumpAgain = true;
        else
            Signal();
    }
}
