using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>Parameters of a create. Their order here is their order on the wire.</summary>
public class RefundCreateOptions : BaseOptions
{
    private Dictionary<string, string>? _metadata;

    /// <summary>What to give back, in minor units; everything that is left when null.</summary>
    [JsonPropertyName("amount")]
    public long? Amount { get; set; }

    /// <summary>The account's own pairs. Clearable.</summary>
    [JsonPropertyName("metadata")]
    public Dictionary<string, string>? Metadata
    {
        get => _metadata;
        set
        {
            _metadata = value;
            Track();
        }
    }

    /// <summary>The intent to give back.</summary>
    [JsonPropertyName("payment_intent")]
    public string? PaymentIntent { get; set; }

    /// <summary><c>duplicate</c>, <c>fraudulent</c> or <c>requested_by_customer</c>.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; set; }
}

/// <summary>Parameters of a read: none.</summary>
public class RefundGetOptions : BaseOptions;

/// <summary>Parameters of a list.</summary>
public class RefundListOptions : ListOptions
{
    /// <summary>Only refunds of this intent.</summary>
    [JsonPropertyName("payment_intent")]
    public string? PaymentIntent { get; set; }
}
