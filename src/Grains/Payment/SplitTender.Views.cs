using System.Collections.Immutable;
using Payments.Grains.Ports;

namespace Payments.Grains.Payment;

/// <summary>What the outside sees of the cards of a split tender.</summary>
public static partial class SplitTender
{
    /// <summary>The allocations as a caller may see them.</summary>
    internal static ImmutableArray<AllocationView> Views(PaymentState payment) => [.. payment.Allocations.Select(allocation => new AllocationView(
        allocation.Id, allocation.AmountMinor, StatusOf(payment, allocation), FailureOf(allocation), RemediationOf(payment, allocation)))];

    /// <summary>The payment with every allocation in one and the same state, as a 202 shows it.</summary>
    internal static PaymentState As(PaymentState payment, PaymentStatus status) => payment with
    {
        Status = status,
        Allocations = [.. payment.Allocations.Select(allocation => allocation with { Status = status })],
    };

    private static AllocationStatus StatusOf(PaymentState payment, PaymentState allocation) =>
        allocation.Status == PaymentStatus.Cancelled && IsRolledBack(payment, allocation) ? AllocationStatus.RolledBack : allocation.Status.ToAllocation();

    private static string? FailureOf(PaymentState allocation) =>
        allocation.Status == PaymentStatus.Failed ? allocation.Intent?.LastErrorCode ?? "failed" : null;

    private static RemediationView? RemediationOf(PaymentState payment, PaymentState allocation) => !IsRolledBack(payment, allocation)
        ? null
        : new RemediationView(
            allocation.RefundAttempts > 0 ? RemediationAction.Refund : RemediationAction.Cancel,
            allocation.Status switch
            {
                PaymentStatus.Cancelled => RemediationStatus.Completed,
                PaymentStatus.CancelFailed => RemediationStatus.Failed,
                _ => RemediationStatus.Pending,
            });

    /// <summary>Whether this card is the one that pays for the other one's failure: something was held or taken, and is given back.</summary>
    private static bool IsRolledBack(PaymentState payment, PaymentState allocation) =>
        payment.Rollback is not null && allocation is { Cancellation.Reason: CancellationReason.AutomatedCancel, Intent: not null };
}
