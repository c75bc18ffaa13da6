using System.Collections.Immutable;

namespace Payments;

/// <summary>The command behind <c>POST /v2/refunds</c> (api-facts §2.7).</summary>
/// <param name="MerchantId">The authenticated merchant.</param>
/// <param name="PaymentId">The payment that money is given back of.</param>
/// <param name="MerchantTransactionId">The merchant's own id of the refund; with the merchant id it is the refund's idempotency key.</param>
/// <param name="AmountMinor">In minor units, at most what was captured and is not refunded yet; null for all of that.</param>
/// <param name="Reason">Why.</param>
/// <param name="Source">The request's <c>X-Source</c>, at most 50 characters, or null; echoed in webhooks.</param>
/// <param name="Actor">Who asked, for the audit trail.</param>
/// <param name="Allocations">What to give back of each allocation; default or empty to draw from them in their order. Not together with
/// <paramref name="AmountMinor"/>.</param>
[GenerateSerializer, Immutable, Alias("payments.RefundPayment")]
public sealed record RefundPayment(
    [property: Id(0)] Guid MerchantId,
    [property: Id(1)] Guid PaymentId,
    [property: Id(2)] string MerchantTransactionId,
    [property: Id(3)] long? AmountMinor,
    [property: Id(4)] CancellationReason Reason,
    [property: Id(5)] string? Source,
    [property: Id(6)] string Actor,
    [property: Id(7)] ImmutableArray<RefundAllocation> Allocations = default);

/// <summary>What to give back of one allocation.</summary>
/// <param name="Id">The allocation's id.</param>
/// <param name="AmountMinor">In minor units, at most what it took and has not given back; null for all of that.</param>
[GenerateSerializer, Immutable, Alias("payments.RefundAllocation")]
public sealed record RefundAllocation(
    [property: Id(0)] Guid Id,
    [property: Id(1)] long? AmountMinor);

/// <summary>What became of the request for a refund.</summary>
[GenerateSerializer, Alias("payments.RefundPaymentOutcome")]
public enum RefundPaymentOutcome
{
    /// <summary>The refund is durable and will be made, or was requested before (202).</summary>
    Accepted = 0,

    /// <summary>No such payment for this merchant (404).</summary>
    NotFound = 1,

    /// <summary>Nothing was taken, or the payment is being cancelled (422); <see cref="RefundPaymentResult.Status"/> says which.</summary>
    NotRefundable = 2,

    /// <summary>More than what was captured and is not refunded yet (422).</summary>
    AmountTooLarge = 3,

    /// <summary>The <c>merchantTransactionId</c> was used for another refund (422).</summary>
    TransactionIdUsed = 4,

    /// <summary>The payment has no such allocation, or it is named twice (422).</summary>
    UnknownAllocation = 5,
}

/// <summary>Answer to <see cref="IRefundGrain.CreateAsync"/>.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Refund">The refund when <see cref="RefundPaymentOutcome.Accepted"/>, else null.</param>
/// <param name="Status">The payment's state, when the payment exists.</param>
[GenerateSerializer, Immutable, Alias("payments.RefundPaymentResult")]
public sealed record RefundPaymentResult(
    [property: Id(0)] RefundPaymentOutcome Outcome,
    [property: Id(1)] RefundView? Refund,
    [property: Id(2)] PaymentStatus? Status);

/// <summary>States of a refund on request (api-facts §2.7).</summary>
[GenerateSerializer, Alias("payments.RefundState")]
public enum RefundState
{
    /// <summary>Accepted and durable; the provider's answer is not known.</summary>
    Initiated = 0,

    /// <summary>The provider has it and the money is on its way.</summary>
    Pending = 1,

    /// <summary>The money was given back.</summary>
    Completed = 2,

    /// <summary>It was refused or came to nothing; no money moved. Of a split tender's refund at least one part failed, and the parts say which.</summary>
    Failed = 3,
}

/// <summary>What a caller may see of a refund.</summary>
/// <param name="Id">The refund id.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="MerchantTransactionId">The merchant's own id of the refund.</param>
/// <param name="AmountMinor">Amount in minor units (cents).</param>
/// <param name="Reason">Why.</param>
/// <param name="Status">Current state.</param>
/// <param name="Failure">The provider's word for why it failed, or null.</param>
/// <param name="CreatedAt">When it was requested (UTC).</param>
/// <param name="UpdatedAt">When its state last changed (UTC).</param>
/// <param name="Allocations">Its parts, when the payment is a split tender; else default.</param>
[GenerateSerializer, Immutable, Alias("payments.RefundView")]
public sealed record RefundView(
    [property: Id(0)] Guid Id,
    [property: Id(1)] Guid PaymentId,
    [property: Id(2)] string MerchantTransactionId,
    [property: Id(3)] long AmountMinor,
    [property: Id(4)] CancellationReason Reason,
    [property: Id(5)] RefundState Status,
    [property: Id(6)] string? Failure,
    [property: Id(7)] DateTimeOffset CreatedAt,
    [property: Id(8)] DateTimeOffset UpdatedAt,
    [property: Id(9)] ImmutableArray<RefundAllocationView> Allocations = default);

/// <summary>The part of a refund that goes back to one card of a split tender.</summary>
/// <param name="Id">The allocation's id.</param>
/// <param name="AmountMinor">In minor units (cents).</param>
/// <param name="Status">Current state of this part.</param>
/// <param name="Failure">The provider's word for why it failed, or null.</param>
[GenerateSerializer, Immutable, Alias("payments.RefundAllocationView")]
public sealed record RefundAllocationView(
    [property: Id(0)] Guid Id,
    [property: Id(1)] long AmountMinor,
    [property: Id(2)] RefundState Status,
    [property: Id(3)] string? Failure);
