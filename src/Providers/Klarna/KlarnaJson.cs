using System.Text.Json.Serialization;

namespace Payments.Providers;

/// <summary>Body of a create (api-facts §4.2).</summary>
internal sealed record KlarnaCreate(
    string Currency,
    long Amount,
    string PaymentRequestReference,
    KlarnaInteraction CustomerInteractionConfig,
    KlarnaPurchase SupplementaryPurchaseData);

/// <summary>How the customer gets to Klarna and back.</summary>
internal sealed record KlarnaInteraction(string Method, string? ReturnUrl, KlarnaExpiry? InteractionExpiry);

/// <summary>An ISO 8601 duration.</summary>
internal sealed record KlarnaExpiry(string Duration);

/// <summary>What is bought. The reference is what the customer sees.</summary>
internal sealed record KlarnaPurchase(string PurchaseReference, IReadOnlyList<KlarnaLine>? LineItems);

/// <summary>One line; prices in minor units.</summary>
internal sealed record KlarnaLine(string Name, int Quantity, long UnitPrice, long TotalAmount);

/// <summary>A payment request as answered. Dates are read leniently: an odd one must not hide the state.</summary>
internal sealed record KlarnaResource(
    string? PaymentRequestId, string? PaymentRequestReference, string? State, string? PaymentRequestUrl, string? ExpiresAt);

/// <summary>Klarna's error body, newer and classic form (api-facts §4.3, §4.5).</summary>
internal sealed record KlarnaError(
    string? ErrorId,
    string? CorrelationId,
    string? ErrorCode,
    string? ErrorType,
    string? ErrorMessage,
    IReadOnlyList<string>? ErrorMessages,
    IReadOnlyList<KlarnaInvalid>? ValidationErrors);

/// <summary>One invalid parameter.</summary>
internal sealed record KlarnaInvalid(string? Parameter, string? Reason);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KlarnaCreate))]
[JsonSerializable(typeof(KlarnaResource))]
[JsonSerializable(typeof(KlarnaError))]
internal sealed partial class KlarnaJson : JsonSerializerContext;
