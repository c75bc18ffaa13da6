using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>Makes the states that grain constructors ask for.</summary>
internal static class PersistentStateFactory
{
    private static readonly MethodInfo CreateMethod =
        typeof(PersistentStateFactory).GetMethod(nameof(Create), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static Converter<IGrainContext, object> For(ParameterInfo parameter)
    {
        if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new ArgumentException(
                $"Parameter '{parameter.Name}' on the constructor for '{parameter.Member.DeclaringType}' has an unsupported type, "
                + $"'{parameter.ParameterType}'. It must be an instance of generic type '{typeof(IPersistentState<>)}'.",
                nameof(parameter));
        }

        var attribute = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        var name = string.IsNullOrEmpty(attribute.StateName) ? parameter.Name! : attribute.StateName;
        var create = CreateMethod.MakeGenericMethod(parameter.ParameterType.GetGenericArguments())
            .CreateDelegate<Func<IGrainContext, string, string?, object>>();
        return context => create(context, name, attribute.StorageName);
    }

    private static PersistentState<TState> Create<TState>(IGrainContext context, string stateName, string? storageName)
    {
        var services = context.ActivationServices;
        var storage = string.IsNullOrWhiteSpace(storageName)
            ? services.GetService<IGrainStorage>()
            : services.GetKeyedService<IGrainStorage>(storageName);
        return new PersistentState<TState>(stateName, context, storage ?? throw new BadProviderConfigException(
            string.IsNullOrEmpty(storageName)
                ? $"No default storage provider found loading grain type {context.GrainId.Type}."
                : $"No storage provider named \"{storageName}\" found loading grain type {context.GrainId.Type}."));
    }
}

/// <summary>A state whose operations run one after another. Writes (and clears) that wait for the same predecessor are one operation.</summary>
internal sealed class PersistentState<TState> : IPersistentState<TState>, ILifecycleObserver
{
    private readonly string _name;
    private readonly IGrainContext _context;
    private readonly IGrainStorage _storage;
    private GrainState<TState>? _state;
    private Operation? _last;
    private bool _isLoaded;

    public PersistentState(string name, IGrainContext context, IGrainStorage storage)
    {
        _name = name;
        _context = context;
        _storage = storage;
        context.ObservableLifecycle.Subscribe(name, GrainLifecycleStage.SetupState, this);
    }

    private enum Kind
    {
        Read,
        Write,
        Clear,
    }

    public TState State
    {
        get
        {
            RuntimeContext.CheckCurrent();
            return _state is null ? default! : _state.State!;
        }
        set
        {
            RuntimeContext.CheckCurrent();
            Record.State = value;
        }
    }

    public string? Etag => _state?.ETag;

    public bool RecordExists => _isLoaded ? Record.RecordExists : throw new InvalidOperationException("State has not yet been loaded");

    private GrainState<TState> Record => _state ??= new GrainState<TState>(StateActivator.Create<TState>());

    Task ILifecycleObserver.OnStart(CancellationToken cancellationToken) => _isLoaded ? Task.CompletedTask : ReadStateAsync(CancellationToken.None);

    Task ILifecycleObserver.OnStop(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken) => Enqueue(Kind.Read, cancellationToken);

    public Task WriteStateAsync(CancellationToken cancellationToken) => Enqueue(Kind.Write, cancellationToken);

    public Task ClearStateAsync(CancellationToken cancellationToken) => Enqueue(Kind.Clear, cancellationToken);

    private Task Enqueue(Kind kind, CancellationToken cancellationToken)
    {
        RuntimeContext.CheckCurrent();
        if (kind != Kind.Read && !cancellationToken.CanBeCanceled
            && _last is { HasStarted: false, CanBeCanceled: false } waiting && waiting.Kind == kind)
        {
            return waiting.Completion;
        }

        var operation = new Operation(kind, cancellationToken.CanBeCanceled);
        var previous = _last;
        _last = operation;
        return operation.Completion = RunAsync(operation, previous, cancellationToken);
    }

    private async Task RunAsync(Operation operation, Operation? previous, CancellationToken cancellationToken)
    {
        // Yielding lets further writes of the same turn join.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            if (previous is not null)
                await previous.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            RuntimeContext.CheckCurrent();
            operation.HasStarted = true;

            // After a successful predecessor the state in memory is the stored one, and a cleared record needs no second clear.
            var satisfied = previous is { Completion.IsCompletedSuccessfully: true }
                && (operation.Kind == Kind.Read || (operation.Kind == Kind.Clear && previous.Kind == Kind.Clear));
            if (!satisfied)
                await StoreAsync(operation.Kind, cancellationToken);
            _isLoaded |= operation.Kind == Kind.Read;
        }
        finally
        {
            if (ReferenceEquals(_last, operation))
                _last = null;
        }
    }

    private async Task StoreAsync(Kind kind, CancellationToken cancellationToken)
    {
        try
        {
            await (kind switch
            {
                Kind.Read => _storage.ReadStateAsync(_name, _context.GrainId, Record, cancellationToken),
                Kind.Write => _storage.WriteStateAsync(_name, _context.GrainId, Record, cancellationToken),
                _ => _storage.ClearStateAsync(_name, _context.GrainId, Record, cancellationToken),
            });
        }
        catch (Exception exception) when (exception is not OrleansException
            && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new OrleansException(
                $"Error from storage provider {_storage.GetType().Name}.{_name} during {kind}StateAsync for grain {_context.GrainId}"
                + $"{Environment.NewLine} {exception}",
                exception);
        }
    }

    private sealed class Operation(Kind kind, bool canBeCanceled)
    {
        public Kind Kind => kind;

        public bool CanBeCanceled => canBeCanceled;

        public bool HasStarted { get; set; }

        public Task Completion { get; set; } = Task.CompletedTask;
    }
}

/// <summary>Makes empty states, with the constructor if there is a parameterless one, else without any.</summary>
internal static class StateActivator
{
    public static T Create<T>()
    {
        if (typeof(T).IsValueType)
            return default!;
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        return (T)(typeof(T).GetConstructor(Any, Type.EmptyTypes)?.Invoke(null) ?? RuntimeHelpers.GetUninitializedObject(typeof(T)));
    }
}
