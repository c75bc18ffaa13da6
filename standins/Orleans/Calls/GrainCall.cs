using System.Reflection;
using Orleans.Serialization.Invocation;
using Orleans.Standin;

namespace Orleans.Runtime;

/// <summary>One call: request, place in the queue, and the promise of its response. Whoever completes it first (the grain, the response
/// timeout, the caller's cancellation, the end of the silo) decides its outcome.</summary>
internal abstract class GrainCall : IInvokable
{
    private int _completed;
    private CancellationTokenSource? _cancellation;

    /// <summary>Neighbours in the list of outstanding calls, kept by <see cref="OutstandingCalls"/>.</summary>
    internal GrainCall? Previous, Next;
    internal OutstandingCalls.Stripe? Stripe;

    public required GrainId Target { get; init; }

    public required GrainInterfaceType InterfaceType { get; init; }

    public GrainId? Source { get; set; }

    public IReadOnlyDictionary<string, object>? RequestContext { get; set; }

    /// <summary>When the caller gives up, as a timestamp of the messaging clock.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    public CancellationTokenRegistration CallerCancellation { get; set; }

    /// <summary>The activation that has the call now.</summary>
    public Activation? Holder { get; set; }

    public int ForwardCount { get; set; }

    /// <summary>What the grain threw, for the runtime's own decisions.</summary>
    public Exception? Failure { get; protected set; }

    public bool IsReadOnly { get; protected init; }

    public bool IsAlwaysInterleave { get; protected init; }

    public bool IsOneWay { get; protected init; }

    /// <summary>Dies with its activation instead of going to the next one: a timer tick.</summary>
    public bool IsLocalOnly { get; protected init; }

    /// <summary>Counts as use of the grain.</summary>
    public bool KeepsAlive { get; protected init; } = true;

    public bool IsCompleted => Volatile.Read(ref _completed) != 0;

    public abstract bool IsCancellable { get; }

    /// <summary>Calls the grain and completes this call with the outcome.</summary>
    public abstract ValueTask InvokeAsync(object instance);

    /// <summary>Calls the grain for a filter, which decides what the outcome is.</summary>
    public abstract ValueTask<Response> InvokeForFilterAsync(object instance);

    /// <summary>Completes this call with what the filters made of it.</summary>
    public abstract void Complete(Response response);

    public abstract void Fail(Exception exception);

    public virtual object InvocationTarget(object instance) => instance;

    /// <summary>Passes the caller's cancellation on to the grain. Runs within the grain's turns.</summary>
    public void CancelInvocation() => _cancellation?.Cancel();

    public CancellationToken GetCancellationToken() => IsCancellable ? (_cancellation ??= new CancellationTokenSource()).Token : default;

    public object? GetTarget() => Holder?.GrainInstance;

    public abstract int GetArgumentCount();

    public abstract object? GetArgument(int index);

    public abstract void SetArgument(int index, object value);

    public abstract string GetMethodName();

    public abstract string GetInterfaceName();

    public abstract string GetActivityName();

    public abstract MethodInfo GetMethod();

    public abstract Type GetInterfaceType();

    public abstract TimeSpan? GetDefaultResponseTimeout();

    /// <summary>True for the one who may set the outcome.</summary>
    protected bool TryComplete()
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
            return false;
        OutstandingCalls.Remove(this);
        CallerCancellation.Unregister();
        return true;
    }

    public override string ToString() => $"{GetInterfaceName()}.{GetMethodName()} on {Target}";
}

/// <summary>A call through a proxy.</summary>
/// <typeparam name="TArguments">A tuple of the arguments.</typeparam>
/// <typeparam name="TResult">The result, or <see cref="VoidResult"/>.</typeparam>
internal sealed class GrainCall<TArguments, TResult> : GrainCall
    where TArguments : struct
{
    private readonly GrainMethod _method;
    private readonly TaskCompletionSource<TResult> _response;
    private readonly ITurnDispatcher? _completions;
    private TArguments _arguments;

    /// <param name="method">The method.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="completions">Where the promise is completed; in place, with continuations on the thread pool, when omitted.</param>
    public GrainCall(GrainMethod method, TArguments arguments, ITurnDispatcher? completions)
    {
        _method = method;
        _arguments = arguments;
        _completions = completions;
        _response = new(completions is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
        IsReadOnly = method.IsReadOnly;
        IsAlwaysInterleave = method.IsAlwaysInterleave;
        IsOneWay = method.IsOneWay;
    }

    public Task<TResult> Response => _response.Task;

    /// <summary>The arguments as filters left them.</summary>
    public TArguments Arguments => _arguments;

    public override bool IsCancellable => _method.TakesCancellationToken;

    public override ValueTask InvokeAsync(object instance)
    {
        var task = Start(instance);
        if (!task.IsCompleted)
            return new ValueTask(FinishAsync(task));
        Finish(task);
        return default;
    }

    public override async ValueTask<Response> InvokeForFilterAsync(object instance)
    {
        var task = Start(instance);
        try
        {
            await task;
            return task is Task<TResult> typed && typeof(TResult) != typeof(VoidResult)
                ? Serialization.Invocation.Response.FromResult(typed.Result)
                : Serialization.Invocation.Response.Completed;
        }
        catch (Exception exception)
        {
            return Serialization.Invocation.Response.FromException(exception);
        }
    }

    public override void Complete(Response response)
    {
        if (response.Exception is { } exception)
        {
            Fail(exception);
            return;
        }

        var result = typeof(TResult) == typeof(VoidResult) ? null : response.Result;
        if (result is not (null or TResult))
            Fail(new InvalidCastException($"Cannot cast object of type {result.GetType()} to {typeof(TResult)}"));
        else if (TryComplete())
            Settle(result is null ? default! : (TResult)result);
    }

    public override void Fail(Exception exception)
    {
        Failure = exception;
        if (!TryComplete())
            return;
        if (_completions is null)
            _response.TrySetFromTask(Throw(exception));
        else
            _completions.Dispatch(new Settlement<TResult>(_response, Throw(exception)));
    }

    /// <summary>What a one-way call answers: at once.</summary>
    public void CompleteWithoutResult()
    {
        if (TryComplete())
            Settle(default!);
    }

    public override int GetArgumentCount() => _method.ArgumentCount;

    public override object? GetArgument(int index) => ((System.Runtime.CompilerServices.ITuple)_arguments)[index];

    public override void SetArgument(int index, object value)
    {
        object boxed = _arguments;
        typeof(TArguments).GetField($"Item{index + 1}")!.SetValue(boxed, value);
        _arguments = (TArguments)boxed;
    }

    public override string GetMethodName() => _method.Info.Name;

    public override string GetInterfaceName() => _method.InterfaceName;

    public override string GetActivityName() => _method.ActivityName;

    public override MethodInfo GetMethod() => _method.Info;

    public override Type GetInterfaceType() => _method.InterfaceType;

    public override TimeSpan? GetDefaultResponseTimeout() => _method.ResponseTimeout;

    private void Settle(TResult result)
    {
        if (_completions is null)
            _response.TrySetResult(result);
        else
            _completions.Dispatch(new Settlement<TResult>(_response, Task.FromResult(result)));
    }

    private Task Start(object instance)
    {
        try
        {
            return _method.Invoke(instance, _arguments, GetCancellationToken());
        }
        catch (Exception exception)
        {
            return Throw(exception);
        }
    }

    private async Task FinishAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Finish(task);
    }

    private void Finish(Task task)
    {
        if (task.IsCompletedSuccessfully)
        {
            if (TryComplete())
                Settle(task is Task<TResult> typed ? typed.Result : default!);
            return;
        }

        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>A task that ends as an async method that throws would: cancelled for cancellations, with the very exception.</summary>
    private static async Task<TResult> Throw(Exception exception)
    {
        await Task.CompletedTask;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        return default;
    }
}

/// <summary>The result of calls that have none.</summary>
internal readonly struct VoidResult;
