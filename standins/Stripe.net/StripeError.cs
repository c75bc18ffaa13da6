using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>The <c>error</c> object of an answer.</summary>
public class StripeError : StripeEntity
{
    /// <summary>For instance <c>resource_missing</c>.</summary>
    [JsonPropertyName("code")]
    public string? Code { get; set; }

    /// <summary>The issuer's reason for declining a card.</summary>
    [JsonPropertyName("decline_code")]
    public string? DeclineCode { get; set; }

    /// <summary>For people.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; set; }

    /// <summary>The parameter at fault.</summary>
    [JsonPropertyName("param")]
    public string? Param { get; set; }

    /// <summary>The intent that the request was about.</summary>
    [JsonPropertyName("payment_intent")]
    public PaymentIntent? PaymentIntent { get; set; }

    /// <summary>For instance <c>card_error</c>.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; set; }
}
