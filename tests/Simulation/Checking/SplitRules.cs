using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Simulation.Providers;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Simulation.Checking;

/// <summary>I1 and I3 of a split tender: each card has one intent and is reversed once at most, and the customer pays with both or with none.</summary>
internal static class SplitRules
{
    public static IEnumerable<Violation> Check(PaymentCase found)
    {
        foreach (var card in found.Intents.GroupBy(static intent => intent.OwnerId))
        {
            if (card.Count() > 1)
                yield return found.Broken("I1", $"{card.Count()} intents for one card");
            if (card.Sum(static intent => intent.CountOf("cancel") + intent.Compensations.Count()) > 1)
                yield return found.Broken("I1", "one card was voided or given back more than once");
            if (card.Sum(static intent => intent.CountOf("capture")) > 1)
                yield return found.Broken("I1", "one card was captured more than once");
            if (card.Any(static intent => intent.Refunded > intent.Received))
                yield return found.Broken("I1", "more given back than was taken");
        }

        if (found.State is not { } state)
            yield break;
        if (!Agrees(state, found.Intents))
        {
            var cards = found.Intents.Select(static intent => $"{intent.Status}: {intent.Received} taken, {intent.Refunded} given back");
            yield return found.Broken("I3", $"{state.Status}, and the cards are {string.Join("; ", cards)}");
        }

        foreach (var whole in state.Refunds)
        {
            var parts = SplitTender.PartsOf(state, whole).ToList();
            var made = parts.Sum(part => found.Intents.SelectMany(static intent => intent.Refunds)
                .Where(refund => refund.RefundId == part.Refund.Id && refund.IsEffective).Sum(static refund => refund.AmountMinor));
            var promised = parts.Where(static part => part.Refund.Status == RefundState.Completed).Sum(static part => part.Refund.AmountMinor);
            if (whole.Status is not (RefundState.Completed or RefundState.Failed) || made != promised || parts.Sum(static part => part.Refund.AmountMinor) != whole.AmountMinor)
                yield return found.Broken("I3", $"refund {whole.Id} is {whole.Status} with {promised} of {whole.AmountMinor}, and at the provider {made}");
        }
    }

    private static bool Agrees(PaymentState state, IReadOnlyList<StripeIntent> cards) => state.Status switch
    {
        PaymentStatus.Completed => cards.Count == 2 && cards.All(static card => card.Status == Intent.Succeeded && !card.Compensations.Any()),
        PaymentStatus.Cancelled or PaymentStatus.Failed => cards.All(static card => card.Received == card.Refunded && card.Status != Intent.RequiresCapture),
        PaymentStatus.CancelFailed => cards.Any(static card => card.Status != Intent.Canceled),
        _ => false,
    };
}
