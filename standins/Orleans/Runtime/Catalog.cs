using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Standin;

namespace Orleans.Runtime;

/// <summary>The activations of this silo: makes them when a call needs one, hands calls to them, ends them all when the silo stops.</summary>
internal sealed class Catalog(
    IServiceProvider services,
    ITurnDispatcher dispatcher,
    GrainClassMap classes,
    IOptions<SiloMessagingOptions> messaging,
    IOptions<GrainCollectionOptions> collection,
    [FromKeyedServices(TimeProviderNames.Messaging)] TimeProvider messagingClock,
    [FromKeyedServices(TimeProviderNames.ActivationManagement)] TimeProvider activationClock,
    ILogger<Catalog> logger)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly Lock _creation = new();
    private IIncomingGrainCallFilter[]? _filters;
    private int _incarnations;
    private volatile bool _isOpen;

    public IServiceProvider Services => services;

    public ITurnDispatcher Dispatcher => dispatcher;

    public SiloMessagingOptions Messaging => messaging.Value;

    public GrainCollectionOptions Collection => collection.Value;

    public TimeProvider MessagingClock => messagingClock;

    public TimeProvider ActivationClock => activationClock;

    public ILogger Logger => logger;

    // Resolved late: a filter may itself depend on the grain factory.
    public IIncomingGrainCallFilter[] Filters => _filters ??= [.. services.GetServices<IIncomingGrainCallFilter>()];

    public IEnumerable<Activation> Activations => _activations.Values;

    public void Open() => _isOpen = true;

    /// <summary>Hands a call to the grain's activation, which it makes if there is none.</summary>
    public void Deliver(GrainCall call)
    {
        try
        {
            if (_activations.TryGetValue(call.Target, out var activation) || (activation = TryCreate(call)) is not null)
                activation.Receive(call);
            else
                Forward(call, "Unable to create local activation");
        }
        catch (Exception exception)
        {
            // Whatever goes wrong here belongs to the caller.
            call.Fail(exception);
        }
    }

    /// <summary>Sends a call on its way again, because the activation it came to is gone.</summary>
    public void Forward(GrainCall call, string reason)
    {
        if (call.ForwardCount < Messaging.MaxForwardCount)
        {
            call.ForwardCount++;
            Deliver(call);
            return;
        }

        call.Fail(new OrleansMessageRejectionException(
            $"Forwarding failed: tried to forward message {call} for {call.ForwardCount} times after \"{reason}\" to invalid activation. Rejecting now."));
    }

    public void Remove(Activation activation) => _activations.TryRemove(KeyValuePair.Create(activation.GrainId, activation));

    /// <summary>Makes no more activations and ends those that exist.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        lock (_creation)
            _isOpen = false;
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "This process is terminating.");
        var ending = _activations.Values.ToArray();
        foreach (var activation in ending)
            activation.Deactivate(reason, cancellationToken);
        foreach (var activation in ending)
            await Activation.UntilCancelled(activation.Deactivated, cancellationToken);
    }

    private Activation? TryCreate(GrainCall call)
    {
        Activation activation;
        lock (_creation)
        {
            if (_activations.TryGetValue(call.Target, out var existing))
                return existing;
            if (!_isOpen)
                return null;

            // A counter, not a random number: a simulation must be able to repeat itself.
            var id = new ActivationId(new Guid(++_incarnations, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
            activation = new Activation(this, classes.Get(call.Target.Type), call.Target, id);
            _activations[call.Target] = activation;
        }

        activation.Activate(call.RequestContext);
        return activation;
    }
}
