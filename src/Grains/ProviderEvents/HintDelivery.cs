using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Grains.Ports;

namespace Payments.Grains.ProviderEvents;

/// <summary>What became of the try to pass a hint on.</summary>
public enum DeliveryOutcome
{
    /// <summary>The owner follows the object.</summary>
    Applied,

    /// <summary>The object is certainly none of ours.</summary>
    Foreign,

    /// <summary>It bears the name of a payment that has another object.</summary>
    Unclaimed,

    /// <summary>Not now; the detail says why.</summary>
    Later,
}

/// <summary>One try.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Owner">The owner, when it was named or found out.</param>
/// <param name="Detail">Why not, for logs and operators; null when applied.</param>
public readonly record struct Delivery(DeliveryOutcome Outcome, string? Owner, string? Detail);

/// <summary>Finds the owner of a provider's object and tells it that the object may have moved.</summary>
public sealed partial class HintDelivery(
    IGrainFactory grains,
    IEnumerable<IProviderObjects> providers,
    IOptions<ProviderEventOptions> options,
    TimeProvider time,
    ILogger<HintDelivery> logger)
{
    private readonly Dictionary<string, IProviderObjects> objects = providers.ToDictionary(static provider => provider.Provider);

    /// <summary>Tries once, within <see cref="ProviderEventOptions.Patience"/>. Does not throw: whatever goes wrong is a reason to try
    /// later.</summary>
    /// <param name="provider">One of <see cref="ProviderNames"/>.</param>
    /// <param name="owner">Our id by the event, or null to ask the provider.</param>
    /// <param name="hint">The hint.</param>
    public async Task<Delivery> TryAsync(string provider, string? owner, ProviderHint hint)
    {
        try
        {
            return await DeliverAsync(provider, owner, hint).WaitAsync(options.Value.Patience, time);
        }
        catch (TimeoutException)
        {
            return new Delivery(DeliveryOutcome.Later, owner, "its owner is busy");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogFailed(logger, error, provider, hint.ObjectId);
            return new Delivery(DeliveryOutcome.Later, owner, $"failed: {error.GetType().Name}");
        }
    }

    private async Task<Delivery> DeliverAsync(string provider, string? owner, ProviderHint hint)
    {
        if (owner is null)
        {
            switch (await objects[provider].FindOwnerAsync(hint.ObjectId, options.Value.LookupDeadline, CancellationToken.None))
            {
                case ProviderResult<string?>.Success { Value: { } found }:
                    owner = found;
                    break;
                case ProviderResult<string?>.Success:
                    return new Delivery(DeliveryOutcome.Foreign, null, "the provider's object names none of our payments");
                default:
                    return new Delivery(DeliveryOutcome.Later, null, "its owner could not be looked up");
            }
        }

        // An id that none of ours can have: other systems may share the account at the provider.
        if (Find(provider, owner) is not { } grain)
            return new Delivery(DeliveryOutcome.Foreign, owner, $"'{owner}' is no id of ours");

        return await grain.HintAsync(hint) switch
        {
            HintOutcome.Done => new Delivery(DeliveryOutcome.Applied, owner, null),
            HintOutcome.NotMine => new Delivery(DeliveryOutcome.Unclaimed, owner, "its owner has another object"),
            HintOutcome.NotYet => new Delivery(DeliveryOutcome.Later, owner, "its owner is not known, or does not know the object yet"),
            _ => new Delivery(DeliveryOutcome.Later, owner, "the provider did not say how the object is"),
        };
    }

    private IProviderHintGrain? Find(string provider, string owner) => provider switch
    {
        ProviderNames.Stripe when Guid.TryParseExact(owner, "D", out var id) =>
            grains.GetGrain<IPaymentGrain>(id).AsReference<IProviderHintGrain>(),
        ProviderNames.Klarna when long.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 =>
            grains.GetGrain<IPaymentRequestGrain>(id).AsReference<IProviderHintGrain>(),
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Telling the owner of {Provider} {ObjectId} that it may have moved failed.")]
    private static partial void LogFailed(ILogger logger, Exception error, string provider, string objectId);
}
