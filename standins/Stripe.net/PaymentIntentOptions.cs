using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>Parameters of a create. Their order here is their order on the wire.</summary>
public class PaymentIntentCreateOptions : BaseOptions
{
    private PaymentIntentMandateDataOptions? _mandateData;

    /// <summary>In minor units.</summary>
    [JsonPropertyName("amount")]
    public long? Amount { get; set; }

    /// <summary><c>manual</c> to hold and capture later.</summary>
    [JsonPropertyName("capture_method")]
    public string? CaptureMethod { get; set; }

    /// <summary>Whether to attempt the payment at once.</summary>
    [JsonPropertyName("confirm")]
    public bool? Confirm { get; set; }

    /// <summary>ISO 4217, lower case.</summary>
    [JsonPropertyName("currency")]
    public string? Currency { get; set; }

    /// <summary>A <c>cus_…</c> id.</summary>
    [JsonPropertyName("customer")]
    public string? Customer { get; set; }

    /// <summary>Free text.</summary>
    [JsonPropertyName("description")]
    public string? Description { get; set; }

    /// <summary>Whether a payment that needs the customer fails instead of waiting.</summary>
    [JsonPropertyName("error_on_requires_action")]
    public bool? ErrorOnRequiresAction { get; set; }

    /// <summary>The customer's acceptance of a debit. Clearable.</summary>
    [JsonPropertyName("mandate_data")]
    public PaymentIntentMandateDataOptions? MandateData
    {
        get => _mandateData;
        set
        {
            _mandateData = value;
            Track();
        }
    }

    /// <summary>The account's own pairs.</summary>
    [JsonPropertyName("metadata")]
    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>A <c>pm_…</c> id.</summary>
    [JsonPropertyName("payment_method")]
    public string? PaymentMethod { get; set; }

    /// <summary>What may be charged.</summary>
    [JsonPropertyName("payment_method_types")]
    public List<string>? PaymentMethodTypes { get; set; }

    /// <summary>Where the customer comes back to after a redirect.</summary>
    [JsonPropertyName("return_url")]
    public string? ReturnUrl { get; set; }

    /// <summary>Shown on a card statement after the account's prefix.</summary>
    [JsonPropertyName("statement_descriptor_suffix")]
    public string? StatementDescriptorSuffix { get; set; }
}

/// <summary>How the customer agreed to a debit.</summary>
public class PaymentIntentMandateDataOptions : INestedOptions
{
    /// <summary>The evidence.</summary>
    [JsonPropertyName("customer_acceptance")]
    public PaymentIntentMandateDataCustomerAcceptanceOptions? CustomerAcceptance { get; set; }
}

/// <summary>Evidence of a customer's acceptance.</summary>
public class PaymentIntentMandateDataCustomerAcceptanceOptions : INestedOptions
{
    /// <summary>When.</summary>
    [JsonPropertyName("accepted_at")]
    public DateTime? AcceptedAt { get; set; }

    /// <summary>For <c>online</c>.</summary>
    [JsonPropertyName("online")]
    public PaymentIntentMandateDataCustomerAcceptanceOnlineOptions? Online { get; set; }

    /// <summary><c>online</c> or <c>offline</c>.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; set; }
}

/// <summary>From where a customer accepted.</summary>
public class PaymentIntentMandateDataCustomerAcceptanceOnlineOptions : INestedOptions
{
    /// <summary>IPv4 or IPv6.</summary>
    [JsonPropertyName("ip_address")]
    public string? IpAddress { get; set; }

    /// <summary>The browser.</summary>
    [JsonPropertyName("user_agent")]
    public string? UserAgent { get; set; }
}

/// <summary>Parameters of a cancel.</summary>
public class PaymentIntentCancelOptions : BaseOptions
{
    /// <summary><c>duplicate</c>, <c>fraudulent</c>, <c>requested_by_customer</c> or <c>abandoned</c>.</summary>
    [JsonPropertyName("cancellation_reason")]
    public string? CancellationReason { get; set; }
}

/// <summary>Parameters of a capture.</summary>
public class PaymentIntentCaptureOptions : BaseOptions
{
    /// <summary>What to take, in minor units; the rest is released.</summary>
    [JsonPropertyName("amount_to_capture")]
    public long? AmountToCapture { get; set; }
}

/// <summary>Parameters of a read: none.</summary>
public class PaymentIntentGetOptions : BaseOptions;

/// <summary>Parameters of a list.</summary>
public class PaymentIntentListOptions : ListOptions
{
    /// <summary>When the intents were created.</summary>
    [JsonPropertyName("created")]
    public AnyOf<DateTime?, DateRangeOptions>? Created { get; set; }

    /// <summary>Whose intents; all when null.</summary>
    [JsonPropertyName("customer")]
    public string? Customer { get; set; }
}
