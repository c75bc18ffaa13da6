using System.Collections.Immutable;
using Payments.Grains.Refunds;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>Refunds on request of a split tender. Each part is a refund of its allocation, with an id of its own; the payment keeps the whole, which
/// follows them.</summary>
public static partial class SplitTender
{
    /// <summary>The first part of a refund that is due at the provider, or null.</summary>
    public static (int? Part, RefundEntry? Refund) FirstDueRefund(PaymentState payment, DateTimeOffset now)
    {
        for (var index = 0; index < payment.Allocations.Length; index++)
        {
            if (RefundMachine.FirstDue(payment.Allocations[index], now) is { } due)
                return (index, due);
        }

        return (null, RefundMachine.FirstDue(payment, now));
    }

    /// <summary>A refund that was accepted: each part is owed by its allocation.</summary>
    internal static PaymentState Requested(PaymentState payment, RefundEntry whole, ImmutableArray<RefundPart> parts, string actor, Moment moment)
    {
        var allocations = payment.Allocations;
        foreach (var (index, amount) in parts)
        {
            var part = whole with { Id = PaymentIds.ForRefundPart(whole.Id, index), AmountMinor = amount };
            allocations = allocations.SetItem(index, RefundMachine.Owing(allocations[index], part, actor, moment));
        }

        return payment with { Allocations = allocations, Refunds = payment.Refunds.Add(whole) };
    }

    /// <summary>The parts of a refund; none when the payment is one allocation.</summary>
    public static IEnumerable<(PaymentState Allocation, RefundEntry Refund)> PartsOf(PaymentState payment, RefundEntry whole)
    {
        for (var index = 0; index < payment.Allocations.Length; index++)
        {
            var allocation = payment.Allocations[index];
            if (RefundMachine.Find(allocation, PaymentIds.ForRefundPart(whole.Id, index)) is { } part)
                yield return (allocation, part);
        }
    }

    private static PaymentState RefundsFollowed(PaymentState payment, Moment moment) =>
        payment.Refunds.Aggregate(payment, (state, whole) => RefundFollowed(state, whole, moment));

    private static PaymentState RefundFollowed(PaymentState payment, RefundEntry whole, Moment moment)
    {
        var parts = PartsOf(payment, whole).Select(static part => part.Refund).ToList();
        var status = StatusOf(parts);
        if (status == whole.Status || status == RefundState.Initiated)
            return payment;

        var failures = string.Join(", ", parts.Where(static part => part.Status == RefundState.Failed).Select(static part => part.Failure).Distinct());
        var moved = whole with { Status = status, Failure = status == RefundState.Failed ? failures : null, UpdatedAt = moment.Now };
        return RefundMachine.Announced(payment, moved, moment, $"refund_{status.ToWire().ToLowerInvariant()}", failures);
    }

    /// <summary>Failed parts do not stop the others: the whole is over when every part is.</summary>
    private static RefundState StatusOf(List<RefundEntry> parts) => parts switch
    {
        _ when parts.TrueForAll(static part => part.Status == RefundState.Completed) => RefundState.Completed,
        _ when parts.TrueForAll(static part => part.Status is RefundState.Completed or RefundState.Failed) => RefundState.Failed,
        _ when parts.TrueForAll(static part => part.Status == RefundState.Initiated) => RefundState.Initiated,
        _ => RefundState.Pending,
    };
}
