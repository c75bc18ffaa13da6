using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>Money given back.</summary>
public class Refund : StripeEntity, IHasId
{
    /// <inheritdoc/>
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    /// <summary>In minor units.</summary>
    [JsonPropertyName("amount")]
    public long Amount { get; set; }

    /// <summary>When it was created (UTC).</summary>
    [JsonPropertyName("created")]
    [JsonConverter(typeof(UnixDateTimeConverter))]
    public DateTime Created { get; set; } = DateTime.UnixEpoch;

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("failure_reason")]
    public string? FailureReason { get; set; }

    /// <summary>The account's own pairs.</summary>
    [JsonPropertyName("metadata")]
    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>For instance <c>pending</c>.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; set; }
}
