using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Simulation.Providers;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Simulation.Checking;

/// <summary>I1 and I3: at most one reversal of a payment, no more given back than taken, and the payment is where the provider's object is.</summary>
internal static class MoneyRules
{
    public static IEnumerable<Violation> Check(PaymentCase found)
    {
        if (found.Order.IsSplit)
            return SplitRules.Check(found);
        return CheckOne(found);
    }

    /// <summary>The provider would refuse it; whoever relies on that does not know what it has given back.</summary>
    public static IEnumerable<Violation> CheckOverdrafts(PaymentCase found) => found.Intents.Where(static intent => intent.Overdrafts > 0)
        .Select(intent => found.Broken("I1", $"more than what was left of {intent.Id} was asked back {intent.Overdrafts} times"));

    private static IEnumerable<Violation> CheckOne(PaymentCase found)
    {
        var (intents, order) = (found.Intents, found.Order);
        if (intents.Count > 1)
            yield return found.Broken("I1", $"{intents.Count} intents for one payment");
        var reversals = intents.Sum(static intent => intent.CountOf("cancel") + intent.Compensations.Count());
        if (reversals > 1)
            yield return found.Broken("I1", $"{reversals} effective voids and compensating refunds");
        if (reversals > 0 && order.CancelsSent == 0)
            yield return found.Broken("I1", "reversed, and nobody asked for it");
        if (intents.Sum(static intent => intent.CountOf("capture")) > (order.IsCaptureSent ? 1 : 0))
            yield return found.Broken("I1", "captured more often than asked for");

        foreach (var one in intents)
        {
            if (one.Refunded > one.Received)
                yield return found.Broken("I1", $"{one.Refunded} given back of {one.Received}");
            if (one.Refunds.Where(static refund => refund is { RefundId: not null, IsEffective: true })
                .GroupBy(static refund => refund.RefundId).Any(static same => same.Count() > 1))
                yield return found.Broken("I1", "one refund on request was made twice");
        }

        var intent = intents is [.., var last] ? last : null;
        if (found.State is { } state && !Agrees(state, intent))
        {
            yield return found.Broken(
                "I3", $"{state.Status}, and the intent is {intent?.Status}: {intent?.Received} taken, {intent?.Refunded} given back");
        }

        foreach (var violation in CheckRefunds(found))
            yield return violation;
    }

    private static bool Agrees(PaymentState state, StripeIntent? intent) => state.Status switch
    {
        PaymentStatus.Cancelled => intent is null || (intent.Status == Intent.Canceled && intent.Received == 0)
            || (intent.Status == Intent.Succeeded && intent.Received == intent.Refunded),
        PaymentStatus.Completed => intent is { Status: Intent.Succeeded } && !intent.Compensations.Any(),
        PaymentStatus.Failed => intent is null or { Status: Intent.RequiresPaymentMethod },
        PaymentStatus.CancelFailed => intent is not null && intent.Status != Intent.Canceled && !intent.Compensations.Any(),
        _ => false,
    };

    /// <summary>A refund on request is what the provider's refund is.</summary>
    private static IEnumerable<Violation> CheckRefunds(PaymentCase found)
    {
        foreach (var refund in found.State?.Refunds ?? [])
        {
            var made = found.Intents.SelectMany(static intent => intent.Refunds).LastOrDefault(candidate => candidate.RefundId == refund.Id);
            var agrees = refund.Status switch
            {
                RefundState.Completed => made is { Status: RefundStatus.Succeeded } && made.AmountMinor == refund.AmountMinor,
                RefundState.Failed => made is null or { Status: RefundStatus.Failed },
                _ => false,
            };
            if (!agrees)
                yield return found.Broken("I3", $"refund {refund.Id} is {refund.Status}, and at the provider {made?.Status}");
        }
    }
}
