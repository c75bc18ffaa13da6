using System.Collections.Immutable;

namespace Payments;

/// <summary>What a caller may see of a payment.</summary>
/// <param name="Id">The payment id.</param>
/// <param name="MerchantId">The merchant that created it.</param>
/// <param name="MerchantTransactionId">The merchant's own id of the order, at most 50 characters.</param>
/// <param name="AmountMinor">Amount in minor units (cents).</param>
/// <param name="CurrencyCode">ISO 4217 code, upper case.</param>
/// <param name="Status">Current state.</param>
/// <param name="Allocations">How the amount is split over payment methods.</param>
/// <param name="Source">What the creating request named as its source, at most 50 characters; echoed in webhooks.</param>
/// <param name="CreatedAt">When it was created (UTC).</param>
/// <param name="UpdatedAt">When its state last changed (UTC).</param>
/// <param name="AuthorizedAmountMinor">What is or was held of a pre-authorization, in minor units; null otherwise.</param>
/// <param name="CapturedAmountMinor">What was taken of it, in minor units; null when the former is.</param>
[GenerateSerializer, Immutable, Alias("payments.PaymentView")]
public sealed record PaymentView(
    [property: Id(0)] Guid Id,
    [property: Id(1)] Guid MerchantId,
    [property: Id(2)] string MerchantTransactionId,
    [property: Id(3)] long AmountMinor,
    [property: Id(4)] string CurrencyCode,
    [property: Id(5)] PaymentStatus Status,
    [property: Id(6)] ImmutableArray<AllocationView> Allocations,
    [property: Id(7)] string? Source,
    [property: Id(8)] DateTimeOffset CreatedAt,
    [property: Id(9)] DateTimeOffset UpdatedAt,
    [property: Id(10)] long? AuthorizedAmountMinor = null,
    [property: Id(11)] long? CapturedAmountMinor = null);

/// <summary>One allocation of a payment.</summary>
/// <param name="Id">The allocation id.</param>
/// <param name="AmountMinor">Its part of the amount, in minor units (cents).</param>
/// <param name="Status">Current state.</param>
/// <param name="Failure">The provider's word for why this card of a split tender failed, or null.</param>
/// <param name="Remediation">How this card of a split tender is taken back because the other one failed, or null.</param>
[GenerateSerializer, Immutable, Alias("payments.AllocationView")]
public sealed record AllocationView(
    [property: Id(0)] Guid Id,
    [property: Id(1)] long AmountMinor,
    [property: Id(2)] AllocationStatus Status,
    [property: Id(3)] string? Failure = null,
    [property: Id(4)] RemediationView? Remediation = null);

/// <summary>How an allocation is taken back. The public documentation names the object and not its fields; these are ours.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Status">How far it is.</param>
[GenerateSerializer, Immutable, Alias("payments.RemediationView")]
public sealed record RemediationView(
    [property: Id(0)] RemediationAction Action,
    [property: Id(1)] RemediationStatus Status);

/// <summary>How an allocation is taken back.</summary>
[GenerateSerializer, Alias("payments.RemediationAction")]
public enum RemediationAction
{
    /// <summary>The hold is released: the customer is never charged.</summary>
    Cancel = 0,

    /// <summary>What was captured is given back.</summary>
    Refund = 1,
}

/// <summary>How far a remediation is.</summary>
[GenerateSerializer, Alias("payments.RemediationStatus")]
public enum RemediationStatus
{
    /// <summary>Under way.</summary>
    Pending = 0,

    /// <summary>The customer is not charged for this allocation.</summary>
    Completed = 1,

    /// <summary>It came to nothing; an operator sees the payment as <c>CANCEL_FAILED</c>.</summary>
    Failed = 2,
}
