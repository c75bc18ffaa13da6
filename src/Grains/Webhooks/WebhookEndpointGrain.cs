using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Payments.Grains.Ports;

namespace Payments.Grains.Webhooks;

/// <summary>See <see cref="IWebhookEndpointGrain"/>.</summary>
[GrainType("webhook-endpoint")]
public sealed partial class WebhookEndpointGrain(
    [PersistentState("webhook-endpoint", GrainStorageNames.Payments)] IPersistentState<WebhookEndpointState> storage,
    TimeProvider time,
    ILogger<WebhookEndpointGrain> logger) : Grain, IWebhookEndpointGrain
{
    private readonly DurableState<WebhookEndpointState> durable = new(storage);

    /// <inheritdoc />
    public async Task<string?> GetDisabledUrlAsync()
    {
        await durable.RefreshIfUnsureAsync();
        return durable.State.DisabledUrl;
    }

    /// <inheritdoc />
    public async Task DisableAsync(string url)
    {
        var isNew = await durable.DecideAsync(state => state.DisabledUrl == url
            ? (false, state)
            : (true, new WebhookEndpointState { MerchantId = this.GetPrimaryKey(), DisabledUrl = url, DisabledAt = time.GetUtcNow() }));
        if (isNew)
            LogDisabled(logger, this.GetPrimaryKey());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Merchant {MerchantId}: the webhook endpoint answered 410 and is switched off until it is configured with another URL.")]
    private static partial void LogDisabled(ILogger logger, Guid merchantId);
}

/// <summary>The stored state of one merchant's endpoint.</summary>
public sealed record WebhookEndpointState : IIndexedState
{
    /// <summary>The merchant.</summary>
    public Guid MerchantId { get; init; }

    /// <summary>The URL that answered 410, or null.</summary>
    public string? DisabledUrl { get; init; }

    /// <summary>When it did (UTC).</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    Guid? IIndexedState.MerchantId => MerchantId;

    string IIndexedState.StatusText => DisabledUrl is null ? "ENABLED" : "DISABLED";

    DateTimeOffset? IIndexedState.DueAt => null;
}
