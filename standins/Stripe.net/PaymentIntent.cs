using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>An attempt to collect a payment.</summary>
public class PaymentIntent : StripeEntity, IHasId
{
    /// <inheritdoc/>
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    /// <summary>In minor units.</summary>
    [JsonPropertyName("amount")]
    public long Amount { get; set; }

    /// <summary>What was captured, in minor units.</summary>
    [JsonPropertyName("amount_received")]
    public long AmountReceived { get; set; }

    /// <summary>Why it was cancelled.</summary>
    [JsonPropertyName("cancellation_reason")]
    public string? CancellationReason { get; set; }

    /// <summary>When it was created (UTC).</summary>
    [JsonPropertyName("created")]
    [JsonConverter(typeof(UnixDateTimeConverter))]
    public DateTime Created { get; set; } = DateTime.UnixEpoch;

    /// <summary>What went wrong last.</summary>
    [JsonPropertyName("last_payment_error")]
    public StripeError? LastPaymentError { get; set; }

    /// <summary>The account's own pairs.</summary>
    [JsonPropertyName("metadata")]
    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>For instance <c>requires_capture</c>.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; set; }
}
