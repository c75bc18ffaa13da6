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
    string? PaymentRequestId, string? PaymentRequestReference, string? State, string? PaymentRequestUrl, string? ExpiresAt, KlarnaStateContext? StateContext);

/// <summary>What came of a completed payment request. That it names the order is our reading: the documentation shows a token, with which the partner
/// makes one.</summary>
internal sealed record KlarnaStateContext(string? OrderId);

/// <summary>Body of the start of an in-store session (api-facts §4.5).</summary>
internal sealed record KlarnaSessionStart(
    string AcquiringChannel,
    string PurchaseCountry,
    string PurchaseCurrency,
    string? Locale,
    [property: JsonPropertyName("merchant_reference1")] string MerchantReference,
    long OrderAmount,
    long OrderTaxAmount,
    IReadOnlyList<KlarnaLine> OrderLines,
    KlarnaDistribution Distribution);

/// <summary>How the customer gets to the session.</summary>
internal sealed record KlarnaDistribution(string Method, string? ShortCode);

/// <summary>A session as its start answers it.</summary>
internal sealed record KlarnaSession(string? SessionId);

/// <summary>How a session's distribution goes, which is how the session goes.</summary>
internal sealed record KlarnaDistributionResult(string? Status, string? PaymentLink, string? Qr, string? OrderId);

/// <summary>Body of a refund.</summary>
internal sealed record KlarnaRefundBody(long RefundedAmount, string Reference, string? Description);

/// <summary>An order, as far as refunds need it.</summary>
internal sealed record KlarnaOrder(string? OrderId, IReadOnlyList<KlarnaOrderRefund>? Refunds);

/// <summary>A refund of an order.</summary>
internal sealed record KlarnaOrderRefund(string? RefundId, string? Reference, long? RefundedAmount);

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
[JsonSerializable(typeof(KlarnaSessionStart))]
[JsonSerializable(typeof(KlarnaSession))]
[JsonSerializable(typeof(KlarnaDistributionResult))]
[JsonSerializable(typeof(KlarnaRefundBody))]
[JsonSerializable(typeof(KlarnaOrder))]
internal sealed partial class KlarnaJson : JsonSerializerContext;
