using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Serialization.Invocation;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>The interface that a timer tick has for call filters.</summary>
internal interface IGrainTimerInvoker : IAddressable
{
    Task InvokeCallbackAsync();
}

/// <summary>Makes the timers of activations.</summary>
internal sealed class TimerRegistry(
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock, ILogger<GrainTimer> logger) : ITimerRegistry
{
    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(grainContext);
        ArgumentNullException.ThrowIfNull(callback);
        RuntimeContext.CheckCurrent();
        var timer = new GrainTimer((Activation)grainContext, token => callback(state, token), options, clock, logger);
        timer.Change(options.DueTime, options.Period);
        return timer;
    }
}

/// <summary>A timer whose ticks queue up at the activation like calls.</summary>
internal sealed partial class GrainTimer : IGrainTimer
{
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _timer;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _firing;
    private bool _changed;

    public GrainTimer(
        Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options, TimeProvider clock, ILogger logger)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        _logger = logger;
        using (ExecutionContext.SuppressFlow())
            _timer = clock.CreateTimer(static state => ((GrainTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        activation.AddTimer(this);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime, nameof(dueTime));
        Validate(period, nameof(period));
        _changed = true;
        _dueTime = dueTime;
        _period = period;
        if (!_firing)
            Arm(dueTime);
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _timer.Dispose();
        _activation.RemoveTimer(this);
    }

    public override string ToString() => $"[GrainTimer] Grain: '{_activation}'";

    private static void Validate(TimeSpan value, string name)
    {
        if (value != Timeout.InfiniteTimeSpan && (value < TimeSpan.Zero || value > TimeoutMax))
            throw new ArgumentOutOfRangeException(name, value, "Neither a duration that timers support nor infinite.");
    }

    private void Fire()
    {
        _firing = true;
        _activation.Receive(new Tick(this, _options));
    }

    private async Task TickAsync()
    {
        _changed = false;
        try
        {
            await _callback(_disposed.Token);
        }
        catch (Exception exception)
        {
            LogTickFailed(_logger, exception, this);
            throw;
        }
        finally
        {
            // The period counts from the end of a tick, so ticks of one timer never overlap.
            _firing = false;
            Arm(_changed ? _dueTime : _period);
        }
    }

    private void Arm(TimeSpan dueTime)
    {
        try
        {
            if (!_disposed.IsCancellationRequested)
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Disposed of by another thread in between.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Caught and ignored exception thrown from timer callback for timer '{Timer}'.")]
    private static partial void LogTickFailed(ILogger logger, Exception exception, GrainTimer timer);

    /// <summary>One tick as a call of the grain to itself, so that it takes its turn and passes the filters.</summary>
    private sealed class Tick : GrainCall, IGrainTimerInvoker
    {
        private static readonly MethodInfo Method = typeof(IGrainTimerInvoker).GetMethod(nameof(IGrainTimerInvoker.InvokeCallbackAsync))!;

        private readonly GrainTimer _timer;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Tick(GrainTimer timer, GrainTimerCreationOptions options)
        {
            _timer = timer;
            Target = timer._activation.GrainId;
            Source = Target;
            InterfaceType = new GrainInterfaceType(typeof(IGrainTimerInvoker).FullName!);
            IsAlwaysInterleave = options.Interleave;
            KeepsAlive = options.KeepAlive;
            IsOneWay = true;
            IsLocalOnly = true;
        }

        public override bool IsCancellable => false;

        public override async ValueTask InvokeAsync(object instance)
        {
            if ((await InvokeForFilterAsync(instance)).Exception is { } exception)
                Fail(exception);
        }

        public override async ValueTask<Response> InvokeForFilterAsync(object instance)
        {
            try
            {
                await _timer.TickAsync();
                return Response.Completed;
            }
            catch (Exception exception)
            {
                return Response.FromException(exception);
            }
        }

        public override void Complete(Response response)
        {
        }

        public override void Fail(Exception exception) => Failure = exception;

        public override object InvocationTarget(object instance) => this;

        public override int GetArgumentCount() => 0;

        public override object? GetArgument(int index) => throw new InvalidOperationException();

        public override void SetArgument(int index, object value) => throw new InvalidOperationException();

        public override string GetMethodName() => Method.Name;

        public override string GetInterfaceName() => nameof(IGrainTimerInvoker);

        public override string GetActivityName() => $"{nameof(IGrainTimerInvoker)}/{Method.Name}";

        public override MethodInfo GetMethod() => Method;

        public override Type GetInterfaceType() => typeof(IGrainTimerInvoker);

        public override TimeSpan? GetDefaultResponseTimeout() => null;

        Task IGrainTimerInvoker.InvokeCallbackAsync() => throw new InvalidOperationException("A tick is invoked by the timer only.");
    }
}
