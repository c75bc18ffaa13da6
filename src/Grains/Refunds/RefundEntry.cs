using Payments.Grains.Payment;
using Payments.Grains.Ports;

namespace Payments.Grains.Refunds;

/// <summary>A refund on request, stored in its payment's row: the payment owns the sum of them. Of a split tender the payment keeps the whole, and each
/// allocation a part with the same fields.</summary>
/// <param name="Id">The refund id.</param>
/// <param name="MerchantTransactionId">The merchant's own id of it.</param>
/// <param name="AmountMinor">Amount in minor units.</param>
/// <param name="Reason">The merchant's reason.</param>
/// <param name="Source">As given; echoed in webhooks.</param>
/// <param name="Status">Current state.</param>
/// <param name="Operation">What is owed to the provider: the create until it has a definite answer; null afterwards.</param>
/// <param name="Provider">The provider's object as last read, or null while none is known.</param>
/// <param name="Failure">The provider's word for why it failed, or null.</param>
/// <param name="IdleReads">Reads in a row that found nothing new.</param>
/// <param name="DueAt">When it needs attention (UTC), or null.</param>
/// <param name="CreatedAt">When it was requested (UTC).</param>
/// <param name="UpdatedAt">When its state last changed (UTC).</param>
public sealed record RefundEntry(
    Guid Id,
    string MerchantTransactionId,
    long AmountMinor,
    CancellationReason Reason,
    string? Source,
    RefundState Status,
    ProviderOperation? Operation,
    RefundSnapshot? Provider,
    string? Failure,
    int IdleReads,
    DateTimeOffset? DueAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>What a caller may see.</summary>
    public RefundView ToView(PaymentState payment) => new(
        Id, payment.Id, MerchantTransactionId, AmountMinor, Reason, Status, Failure, CreatedAt, UpdatedAt,
        payment.IsSplit
            ? [.. SplitTender.PartsOf(payment, this).Select(static part => new RefundAllocationView(
                part.Allocation.Id, part.Refund.AmountMinor, part.Refund.Status, part.Refund.Failure))]
            : default);
}
