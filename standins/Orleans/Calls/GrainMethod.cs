using System.Linq.Expressions;
using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>What is known of one method of a grain interface, worked out once.</summary>
internal sealed class GrainMethod
{
    // The largest ValueTuple that does not nest.
    private const int ArgumentCountMax = 7;

    private readonly string? _refusal;
    private Delegate? _invoker;

    public GrainMethod(MethodInfo info, Type interfaceType)
    {
        Info = info;
        InterfaceType = interfaceType;
        InterfaceName = info.DeclaringType!.FullName!.Replace('+', '.');
        ActivityName = $"{InterfaceName[((info.DeclaringType.Namespace?.Length ?? -1) + 1)..]}/{info.Name}";
        IsReadOnly = info.IsDefined(typeof(ReadOnlyAttribute));
        IsAlwaysInterleave = info.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsOneWay = info.IsDefined(typeof(OneWayAttribute));
        ResponseTimeout = info.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;

        var parameters = info.GetParameters();
        TakesCancellationToken = parameters.Length > 0 && parameters[^1].ParameterType == typeof(CancellationToken);
        Arguments = TakesCancellationToken ? parameters[..^1] : parameters;
        if (info.IsGenericMethod || Arguments.Length > ArgumentCountMax || !IsAwaitable(info.ReturnType))
        {
            throw new NotSupportedException(
                $"{InterfaceName}.{info.Name}: the stand-in supports non-generic methods with at most {ArgumentCountMax} arguments "
                + "that return a Task or ValueTask; this one needs the full package set.");
        }

        ArgumentsType = TupleOf([.. Arguments.Select(parameter => parameter.ParameterType)]);
        ResultType = info.ReturnType.IsGenericType ? info.ReturnType.GetGenericArguments()[0] : typeof(VoidResult);
        _refusal = MessageTypes.FindRefusal(this);
    }

    public MethodInfo Info { get; }

    public Type InterfaceType { get; }

    public string InterfaceName { get; }

    public string ActivityName { get; }

    public bool IsReadOnly { get; }

    public bool IsAlwaysInterleave { get; }

    public bool IsOneWay { get; }

    public bool TakesCancellationToken { get; }

    public TimeSpan? ResponseTimeout { get; }

    /// <summary>The parameters without the cancellation token.</summary>
    public ParameterInfo[] Arguments { get; }

    public int ArgumentCount => Arguments.Length;

    public Type ArgumentsType { get; }

    public Type ResultType { get; }

    public void ThrowIfRefused()
    {
        if (_refusal is not null)
            throw new NotSupportedException(_refusal);
    }

    public Task Invoke<TArguments>(object target, TArguments arguments, CancellationToken cancellationToken)
        where TArguments : struct
    {
        var invoker = (Func<object, TArguments, CancellationToken, Task>)(_invoker ??= CompileInvoker<TArguments>());
        return invoker(target, arguments, cancellationToken);
    }

    private Func<object, TArguments, CancellationToken, Task> CompileInvoker<TArguments>()
    {
        var target = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(TArguments));
        var token = Expression.Parameter(typeof(CancellationToken));
        var values = Arguments.Select((_, index) => (Expression)Expression.Field(arguments, $"Item{index + 1}")).ToList();
        if (TakesCancellationToken)
            values.Add(token);

        Expression call = Expression.Call(Expression.Convert(target, Info.DeclaringType!), Info, values);
        if (Info.ReturnType.IsValueType)
            call = Expression.Call(call, nameof(ValueTask.AsTask), null);
        return Expression.Lambda<Func<object, TArguments, CancellationToken, Task>>(call, target, arguments, token).Compile();
    }

    private static bool IsAwaitable(Type type) => type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(Task<>) || open == typeof(ValueTask<>)));

    private static Type TupleOf(Type[] types) => types.Length switch
    {
        0 => typeof(ValueTuple),
        1 => typeof(ValueTuple<>).MakeGenericType(types),
        2 => typeof(ValueTuple<,>).MakeGenericType(types),
        3 => typeof(ValueTuple<,,>).MakeGenericType(types),
        4 => typeof(ValueTuple<,,,>).MakeGenericType(types),
        5 => typeof(ValueTuple<,,,,>).MakeGenericType(types),
        6 => typeof(ValueTuple<,,,,,>).MakeGenericType(types),
        _ => typeof(ValueTuple<,,,,,,>).MakeGenericType(types),
    };
}
