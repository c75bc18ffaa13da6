using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

// The beginning and the end of an activation. Both are operations that wait until nothing runs, and hold back calls until they are done.
internal sealed partial class Activation
{
    private readonly LifecycleSubject _lifecycle = new();
    private readonly Queue<Operation> _operations = new();
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stage _stage;
    private DeactivationReason _reason;
    private bool _operating;

    public Task Deactivated => _deactivated.Task;

    public void Activate(IReadOnlyDictionary<string, object>? requestContext) => Schedule(
        new Operation(new CancellationTokenSource(_catalog.Collection.ActivationTimeout, _catalog.ActivationClock), Stage.Creating)
        {
            IsActivation = true,
            RequestContext = requestContext,
        });

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        Operation[] cancelled;
        Stage previous;
        lock (_gate)
        {
            if (_stage == Stage.Gone)
                return;
            if (_reason.ReasonCode == DeactivationReasonCode.None)
                _reason = deactivationReason;
            if (_stage == Stage.Deactivating)
                return;
            previous = _stage;
            _stage = Stage.Deactivating;
            cancelled = [.. _operations];
        }

        foreach (var operation in cancelled)
            operation.Cancel();

        var ending = new Operation(new CancellationTokenSource(_catalog.Collection.DeactivationTimeout, _catalog.ActivationClock), previous);
        ending.Registration = cancellationToken.UnsafeRegister(static state => ((Operation)state!).Cancel(), ending);
        Schedule(ending);
    }

    private void Schedule(Operation operation)
    {
        lock (_gate)
            _operations.Enqueue(operation);
        Signal();
    }

    /// <summary>True when no operation is left or under way.</summary>
    private bool TryFinishOperations()
    {
        if (_operating)
            return false;
        lock (_gate)
        {
            if (_operations.Count == 0)
                return true;
        }

        _operating = true;
        _ = RunOperationsAsync();
        return !_operating;
    }

    private async Task RunOperationsAsync()
    {
        while (true)
        {
            Operation? operation;
            lock (_gate)
            {
                if (!_operations.TryPeek(out operation))
                    break;
            }

            using (operation)
            {
                if (operation.IsActivation)
                    await RunActivationAsync(operation);
                else
                    await RunDeactivationAsync(operation);
            }

            // It stays visible until done, so that a deactivation finds and cancels a running activation.
            lock (_gate)
                _operations.Dequeue();
        }

        _operating = false;
        if (_pumping)
            _pumpAgain = true;
        else
            Signal();
    }

    private async Task RunActivationAsync(Operation operation)
    {
        lock (_gate)
        {
            if (_stage != Stage.Creating)
                return;
        }

        var token = operation.Token;
        try
        {
            RequestContext.Import(operation.RequestContext);
            GrainInstance = _class.CreateInstance(this);
            (GrainInstance as ILifecycleParticipant<IGrainLifecycle>)?.Participate(_lifecycle);
            lock (_gate)
            {
                if (_stage == Stage.Creating)
                    _stage = Stage.Activating;
            }

            await UntilCancelled(_lifecycle.StartAsync(token), token);
            if (GrainInstance is IGrainBase grain)
                await UntilCancelled(grain.OnActivateAsync(token), token);
            lock (_gate)
            {
                if (_stage == Stage.Activating)
                    _stage = Stage.Valid;
            }
        }
        catch (Exception exception)
        {
            // It travels to the callers that wait.
            LogActivationFailed(_catalog.Logger, exception, this);
            Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, "Failed to activate grain."));
        }
    }

    private async Task RunDeactivationAsync(Operation operation)
    {
        var token = operation.Token;
        IGrainTimer[] timers;
        lock (_gate)
            timers = [.. _timers];
        foreach (var timer in timers)
            timer.Dispose();

        if (operation.Previous == Stage.Valid && GrainInstance is IGrainBase grain)
            await GuardAsync(() => UntilCancelled(grain.OnDeactivateAsync(_reason, token), token));
        await GuardAsync(() => UntilCancelled(
            _lifecycle.StopAsync(exception => LogDeactivationError(_catalog.Logger, exception, this), token), token));

        // From here on calls make a new activation; those that wait here follow them.
        _catalog.Remove(this);
        lock (_gate)
            _stage = Stage.Gone;
        await GuardAsync(async () =>
        {
            if (GrainInstance is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                (GrainInstance as IDisposable)?.Dispose();
        });
        await GuardAsync(() => _scope.DisposeAsync().AsTask());
        _deactivated.TrySetResult();
    }

    /// <summary>Hands the waiting calls to the next activation, or fails them if this one never came to life.</summary>
    private void ReleaseWaiting()
    {
        List<GrainCall> calls;
        lock (_gate)
            calls = _waiting.TakeAll();
        foreach (var call in calls)
        {
            if (_reason.Exception is { } exception)
                call.Fail(exception);
            else
                _catalog.Forward(call, _reason.Description);
        }
    }

    /// <summary>Waits no longer than the token allows. The inner await keeps the way back within the turn queue, whatever kind of task it is.</summary>
    public static Task UntilCancelled(Task task, CancellationToken token)
    {
        return InTurn(task).WaitAsync(token);

        static async Task InTurn(Task task) => await task;
    }

    private async Task GuardAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception exception)
        {
            // An activation ends whatever its parts throw.
            LogDeactivationError(_catalog.Logger, exception, this);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Error activating grain {Grain}")]
    private static partial void LogActivationFailed(ILogger logger, Exception exception, Activation grain);

    [LoggerMessage(Level = LogLevel.Error, Message = "Error deactivating grain {Grain}")]
    private static partial void LogDeactivationError(ILogger logger, Exception exception, Activation grain);

    private sealed class Operation(CancellationTokenSource cancellation, Stage previous) : IDisposable
    {
        public CancellationToken Token => cancellation.Token;

        public Stage Previous => previous;

        public bool IsActivation { get; init; }

        public IReadOnlyDictionary<string, object>? RequestContext { get; init; }

        public CancellationTokenRegistration Registration { get; set; }

        public void Cancel()
        {
            try
            {
                cancellation.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It just ended by itself.
            }
        }

        public void Dispose()
        {
            Registration.Unregister();
            cancellation.Dispose();
        }
    }
}
