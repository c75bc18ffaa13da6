using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization.Invocation;
using Orleans.Standin;

namespace Orleans.Runtime;

/// <summary>Takes calls from proxies through the outgoing filters to their activations, and watches their timeouts.</summary>
internal sealed class GrainMessenger : IDisposable
{
    private readonly IServiceProvider _services;
    private readonly Catalog _catalog;
    private readonly SiloMessagingOptions _options;
    private readonly TimeProvider _clock;
    private readonly OutstandingCalls _outstanding;
    private readonly GrainId _client;
    private readonly ITurnDispatcher? _completions;
    private volatile bool _stopped;

    public GrainMessenger(
        IServiceProvider services,
        Catalog catalog,
        IOptions<SiloMessagingOptions> options,
        IOptions<ClusterOptions> cluster,
        [FromKeyedServices(TimeProviderNames.Messaging)] TimeProvider clock)
    {
        _services = services;
        _catalog = catalog;

        // The thread pool needs no detour; any other dispatcher must see everything.
        _completions = catalog.Dispatcher is ThreadPoolTurnDispatcher ? null : catalog.Dispatcher;
        _options = options.Value;
        _clock = clock;
        _client = GrainId.Create("sys.client", $"hosted-{cluster.Value.ServiceId}");
        _outstanding = new OutstandingCalls(clock, _options.ResponseTimeout, OnTimeout);
    }

    // Resolved late: a filter may itself depend on the grain factory.
    private IOutgoingGrainCallFilter[] Filters => field ??= [.. _services.GetServices<IOutgoingGrainCallFilter>()];

    public Task<TResult> CallAsync<TArguments, TResult>(
        GrainReference reference, GrainMethod method, TArguments arguments, CancellationToken cancellationToken)
        where TArguments : struct
    {
        method.ThrowIfRefused();
        if (Filters.Length > 0)
            return CallThroughFiltersAsync<TArguments, TResult>(reference, method, arguments, cancellationToken);

        var call = Create<TArguments, TResult>(reference, method, arguments);
        Send(call, cancellationToken);
        return call.Response;
    }

    public void Stop()
    {
        _stopped = true;
        _outstanding.FailAll(Unavailable);
    }

    public void Dispose() => _outstanding.Dispose();

    private GrainCall<TArguments, TResult> Create<TArguments, TResult>(GrainReference reference, GrainMethod method, TArguments arguments)
        where TArguments : struct =>
        new(method, arguments, _completions) { Target = reference.GrainId, InterfaceType = reference.InterfaceType };

    private async Task<TResult> CallThroughFiltersAsync<TArguments, TResult>(
        GrainReference reference, GrainMethod method, TArguments arguments, CancellationToken cancellationToken)
        where TArguments : struct
    {
        var request = Create<TArguments, TResult>(reference, method, arguments);
        var context = new OutgoingCallContext(request, reference, RuntimeContext.Current, Filters, SendAsync);
        await context.Invoke();
        return typeof(TResult) == typeof(VoidResult) || context.Response!.Result is null ? default! : context.Response.GetResult<TResult>();

        // A filter may try again: every attempt is a call of its own, with the arguments as the filters left them.
        async ValueTask<Response> SendAsync()
        {
            var attempt = Create<TArguments, TResult>(reference, method, request.Arguments);
            Send(attempt, cancellationToken);
            var result = await attempt.Response;
            return typeof(TResult) == typeof(VoidResult) ? Response.Completed : Response.FromResult(result);
        }
    }

    private void Send<TArguments, TResult>(GrainCall<TArguments, TResult> call, CancellationToken cancellationToken)
        where TArguments : struct
    {
        cancellationToken.ThrowIfCancellationRequested();
        call.RequestContext = RequestContext.Snapshot;
        call.Source = RuntimeContext.Current?.GrainId ?? _client;
        var timeout = call.GetDefaultResponseTimeout() ?? _options.ResponseTimeout;
        call.Deadline = _clock.GetTimestamp() + (long)(timeout.TotalSeconds * _clock.TimestampFrequency);
        if (call.IsOneWay)
        {
            call.CompleteWithoutResult();
            if (!_stopped)
                _catalog.Deliver(call);
            return;
        }

        _outstanding.Add(call);
        if (_stopped)
        {
            call.Fail(Unavailable(call));
            return;
        }

        if (cancellationToken.CanBeCanceled)
            Watch(call, cancellationToken);
        _catalog.Deliver(call);
    }

    private void Watch(GrainCall call, CancellationToken cancellationToken)
    {
        call.CallerCancellation = cancellationToken.UnsafeRegister(
            (state, token) =>
            {
                var cancelled = (GrainCall)state!;
                if (!_options.WaitForCancellationAcknowledgement)
                    cancelled.Fail(new OperationCanceledException(token));
                cancelled.Holder?.Cancel(cancelled);
            },
            call);
    }

    private TimeoutException OnTimeout(GrainCall call)
    {
        if (_options.CancelRequestOnTimeout)
            call.Holder?.Cancel(call);
        var timeout = call.GetDefaultResponseTimeout() ?? _options.ResponseTimeout;
        return new TimeoutException($"Response did not arrive on time in {timeout} for message: {call}. ");
    }

    private static SiloUnavailableException Unavailable(GrainCall call) =>
        new($"The local Orleans host is shutting down and can no longer process the request: {call}.");
}
