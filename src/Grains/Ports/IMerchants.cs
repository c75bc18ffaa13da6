namespace Payments.Grains.Ports;

/// <summary>What the grains need to know of a merchant: its payment methods and its webhook endpoint.</summary>
public interface IMerchants
{
    /// <summary>The merchant's stored payment method, or null when it has none with this id. Never another merchant's.</summary>
    PaymentMethod? FindPaymentMethod(Guid merchantId, Guid paymentMethodId);

    /// <summary>Where the merchant receives webhooks, or null when it has no endpoint.</summary>
    WebhookEndpoint? FindWebhookEndpoint(Guid merchantId);
}

/// <summary>A merchant's webhook endpoint.</summary>
/// <param name="Url">Absolute http(s) URL.</param>
/// <param name="Secrets">One secret, or two during rotation, newest first, each <c>whsec_</c> and base64 of 24 to 64 bytes (Standard Webhooks).</param>
/// <param name="Events">Names of the events that it wants, or null for all.</param>
public sealed record WebhookEndpoint(Uri Url, IReadOnlyList<string> Secrets, IReadOnlySet<string>? Events = null);
