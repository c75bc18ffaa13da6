using System.Reflection;
using System.Runtime.ExceptionServices;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>What incoming and outgoing filter chains share: a stage that moves forward with every nested Invoke.</summary>
internal abstract class GrainCallContext(GrainCall call) : IGrainCallContext
{
    private int _stage;

    protected GrainCall Call => call;

    public IInvokable Request => call;

    public abstract object Grain { get; }

    public abstract GrainId? SourceId { get; }

    public GrainId TargetId => call.Target;

    public GrainInterfaceType InterfaceType => call.InterfaceType;

    public string InterfaceName => call.GetInterfaceName();

    public string MethodName => call.GetMethodName();

    public MethodInfo InterfaceMethod => call.GetMethod();

    public abstract object? Result { get; set; }

    public Response? Response { get; set; }

    protected abstract int FilterCount { get; }

    public async Task Invoke()
    {
        if (_stage > FilterCount)
            throw new InvalidOperationException($"{GetType().Name}.{nameof(Invoke)}() received an invalid call.");

        var stage = _stage++;
        try
        {
            if (stage == FilterCount)
            {
                Response = await InvokeTarget();
                if (Response.Exception is { } exception)
                    ExceptionDispatchInfo.Throw(exception);
                return;
            }

            await InvokeFilter(stage);
            if (Response is null)
                throw new InvalidOperationException($"{GetType().Name}.{nameof(Invoke)}() invoked a broken filter: {FilterName(stage)}.");
        }
        finally
        {
            _stage--;
        }
    }

    protected abstract Task InvokeFilter(int index);

    protected abstract string FilterName(int index);

    protected abstract ValueTask<Response> InvokeTarget();
}

/// <summary>The chain at the grain: the silo's filters, then the grain's own.</summary>
internal sealed class IncomingCallContext(GrainCall call, IGrainContext target, object instance, IIncomingGrainCallFilter[] filters)
    : GrainCallContext(call), IIncomingGrainCallContext
{
    private readonly IIncomingGrainCallFilter? _own = instance as IIncomingGrainCallFilter;

    public override object Grain => instance;

    public override GrainId? SourceId => Call.Source;

    public IGrainContext TargetContext => target;

    public override object? Result
    {
        get => Response is { Exception: null } response ? response.Result : null;
        set => Response = Response.FromResult(value);
    }

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = Call.InvocationTarget(instance).GetType().GetInterfaceMap(Call.GetMethod().DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, Call.GetMethod())];
        }
    }

    protected override int FilterCount => filters.Length + (_own is null ? 0 : 1);

    protected override Task InvokeFilter(int index) => Filter(index).Invoke(this);

    protected override string FilterName(int index) => Filter(index).GetType().Name;

    protected override ValueTask<Response> InvokeTarget() => Call.InvokeForFilterAsync(instance);

    private IIncomingGrainCallFilter Filter(int index) => index < filters.Length ? filters[index] : _own!;
}

/// <summary>The chain at the caller.</summary>
internal sealed class OutgoingCallContext(
    GrainCall call, GrainReference reference, IGrainContext? source, IOutgoingGrainCallFilter[] filters, Func<ValueTask<Response>> send)
    : GrainCallContext(call), IOutgoingGrainCallContext
{
    public override object Grain => reference;

    public IGrainContext? SourceContext => source;

    public override GrainId? SourceId => source?.GrainId;

    public override object? Result
    {
        get => Response!.Result;
        set => Response = Response.FromResult(value);
    }

    protected override int FilterCount => filters.Length;

    protected override Task InvokeFilter(int index) => filters[index].Invoke(this);

    protected override string FilterName(int index) => filters[index].GetType().Name;

    protected override ValueTask<Response> InvokeTarget() => send();
}
