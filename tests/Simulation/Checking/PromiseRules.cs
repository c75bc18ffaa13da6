using Payments.Grains.Payment;
using Payments.Grains.Refunds;
using Payments.Simulation.Clients;

namespace Payments.Simulation.Checking;

/// <summary>I2, I5, I6: what was answered with 2xx is there and comes to its end in time, and nobody else had a part in it.</summary>
internal static class PromiseRules
{
    private static readonly PaymentPolicy Policy = new();

    /// <summary>A void that is tried until it is given up, a debit that is watched, a refund that is watched; and what faults add.</summary>
    private static readonly TimeSpan CancelMax = Policy.CancelGivenUpAfter + Policy.SettlementGivenUpAfter * 2 + TimeSpan.FromDays(5);

    public static IEnumerable<Violation> Check(PaymentCase found)
    {
        var (order, state) = (found.Order, found.State);
        if (state is null)
        {
            if (order.IsPromised || order.CancelsAccepted.Count > 0)
                yield return found.Broken("I5", "answered with 2xx, and there is no row");
            yield break;
        }

        if (state.MerchantId != order.MerchantId || state.AmountMinor != order.AmountMinor)
            yield return found.Broken("I5", "stored with another merchant or amount");
        var actors = (string[])[Edge.ActorOf(order.MerchantId), "system", "provider"];
        if (state.Audit.FirstOrDefault(entry => !actors.Contains(entry.Actor)) is { } foreign)
            yield return found.Broken("I6", $"'{foreign.Event}' by '{foreign.Actor}'");

        if (order.CancelsAccepted.Count > 0)
        {
            if (state.Status is not (PaymentStatus.Cancelled or PaymentStatus.CancelFailed))
                yield return found.Broken("I2", $"a cancel was answered 202, and the payment is {state.Status}");
            if (found.Since(state.Status) - order.CancelsAccepted[^1] > CancelMax)
                yield return found.Broken("I2", $"a cancel was answered 202 and ended after {found.Since(state.Status) - order.CancelsAccepted[^1]}");
        }

        if (found.HasWholeTrail && order.IsCaptureAccepted && !state.Audit.Any(static entry => entry.Event == "capture_requested"))
            yield return found.Broken("I5", "a capture was answered 202, and the trail does not know of it");
        foreach (var refund in order.RefundsAccepted)
        {
            if (RefundMachine.Find(state, refund)?.Status is not (RefundState.Completed or RefundState.Failed))
                yield return found.Broken("I5", $"refund {refund} was answered 202 and is {RefundMachine.Find(state, refund)?.Status}");
        }

        if (WhyCancelFailed(found) is { } unjustified)
            yield return found.Broken("I2", unjustified);
    }

    /// <summary>A cancel may fail for good only because the provider refused, the refund came to nothing, or a whole schedule has passed.</summary>
    private static string? WhyCancelFailed(PaymentCase found)
    {
        if (found.State is not { Status: PaymentStatus.CancelFailed } state)
            return null;
        if (state.Audit.LastOrDefault(static entry => entry.Event == "cancel_failed") is not { Detail: { } detail } entry)
            return "CANCEL_FAILED without saying why";
        if (!detail.StartsWith("given up", StringComparison.Ordinal))
        {
            var hasReason = found.Intents.Any(static intent => intent.Refusals > 0 || intent.Refunds.Exists(static refund => !refund.IsEffective));
            return hasReason ? null : $"CANCEL_FAILED because of '{detail}', and the provider never refused";
        }

        var asked = state.Audit.FirstOrDefault(static request => request.Event == "cancel_requested")?.At;
        return asked is { } at && entry.At - at < Policy.CancelGivenUpAfter ? $"given up after {entry.At - at}" : null;
    }
}
