namespace Payments;

/// <summary>The command behind <c>POST /api/payhub/v1/payment/{paymentId}/refund</c> (api-facts §1.4). Already validated for form.</summary>
/// <param name="MerchantId">The authenticated merchant.</param>
/// <param name="AmountMinor">What to give back, in minor units; above zero.</param>
/// <param name="Reason">Why, for the customer and the audit trail.</param>
/// <param name="Actor">Who asked, for the audit trail.</param>
/// <param name="CommandId">The same for every repeat of this request and for no other: a repeat is answered by what came of it.</param>
[GenerateSerializer, Immutable, Alias("payments.RefundPayhubPayment")]
public sealed record RefundPayhubPayment(
    [property: Id(0)] Guid MerchantId,
    [property: Id(1)] long AmountMinor,
    [property: Id(2)] string? Reason,
    [property: Id(3)] string Actor,
    [property: Id(4)] string CommandId);

/// <summary>What became of a refund.</summary>
[GenerateSerializer, Alias("payments.RefundPayhubPaymentOutcome")]
public enum RefundPayhubPaymentOutcome
{
    /// <summary>Klarna has made it (200).</summary>
    Succeeded = 0,

    /// <summary>There is no such payment: no such request, or one that was not paid (404).</summary>
    NotFound = 1,

    /// <summary>It belongs to a different merchant (403).</summary>
    ForeignMerchant = 2,

    /// <summary>Its provider is not Klarna (400).</summary>
    NotKlarna = 3,

    /// <summary>More than was paid and is not given back yet (409).</summary>
    AmountTooLarge = 4,

    /// <summary>Klarna refused it for good (409).</summary>
    Refused = 5,

    /// <summary>Klarna did not answer; it goes on in the background (500).</summary>
    Unknown = 6,
}

/// <summary>Answer to <see cref="IPaymentRequestGrain.RefundAsync"/>.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Refund">The refund, where there is one.</param>
[GenerateSerializer, Immutable, Alias("payments.RefundPayhubPaymentResult")]
public sealed record RefundPayhubPaymentResult(
    [property: Id(0)] RefundPayhubPaymentOutcome Outcome,
    [property: Id(1)] PayhubRefundView? Refund);

/// <summary>States of a refund.</summary>
[GenerateSerializer, Alias("payments.PayhubRefundStatus")]
public enum PayhubRefundStatus
{
    /// <summary>Asked for, and Klarna's answer is not known yet.</summary>
    Pending = 0,

    /// <summary>Made.</summary>
    Succeeded = 1,

    /// <summary>Refused, or given up.</summary>
    Failed = 2,
}

/// <summary>What a caller may see of a refund.</summary>
/// <param name="Id">Its id: the payment's followed by three digits, 001 for its first refund.</param>
/// <param name="ReferenceCode">Ours at Klarna: 32 hex digits.</param>
/// <param name="AmountMinor">In minor units of the payment's currency.</param>
/// <param name="Status">Current state.</param>
/// <param name="ProviderRefundId">Klarna's id of it, or null while there is none.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="RequestedAt">When it was asked for (UTC).</param>
[GenerateSerializer, Immutable, Alias("payments.PayhubRefundView")]
public sealed record PayhubRefundView(
    [property: Id(0)] long Id,
    [property: Id(1)] string ReferenceCode,
    [property: Id(2)] long AmountMinor,
    [property: Id(3)] PayhubRefundStatus Status,
    [property: Id(4)] string? ProviderRefundId,
    [property: Id(5)] long PaymentId,
    [property: Id(6)] DateTimeOffset RequestedAt);
