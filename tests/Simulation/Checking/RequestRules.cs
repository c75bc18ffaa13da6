using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;

namespace Payments.Simulation.Checking;

/// <summary>The invariants of payment requests: final answers are true, one effective cancel at most, and the state is Klarna's.</summary>
internal static class RequestRules
{
    public static IEnumerable<Violation> Check(RequestCase found)
    {
        var (order, state) = (found.Order, found.State);
        if (state is null)
        {
            yield return found.Broken("I5", "answered as created, and there is no row");
            yield break;
        }

        if (order is not null && state.MerchantId != order.MerchantId)
            yield return found.Broken("I6", "stored with another merchant");
        if (order?.CancelsAccepted.Count > 0 && state.Status != PaymentRequestStatus.Canceled)
            yield return found.Broken("I2", $"answered as cancelled, and it is {state.Status}");

        // Klarna has no search by reference: a create whose answer was lost for good may leave a request behind that nobody was ever sent to.
        var known = found.Requests.FirstOrDefault(request => request.Id == state.Klarna?.Id);
        if (found.Requests.Sum(static request => request.Cancels) > 1)
            yield return found.Broken("I1", "cancelled more than once at Klarna");
        if (known?.Cancels > 0 && order is not null && order.CancelsSent == 0)
            yield return found.Broken("I1", "cancelled, and nobody asked for it");
        if (!Agrees(state.Status, known))
            yield return found.Broken("I3", $"{state.Status}, and Klarna's request is {known?.State}");
        foreach (var broken in CheckRefunds(found, state, known))
            yield return broken;
        if (state.Operation is not null || state.DueAt is not null)
            yield return found.Broken("quiet", $"{state.Status} still owes {state.Operation?.Kind}");
        if (state.Audit.IsEmpty || state.Audit[0].Event != "created" || state.Audit[^1].Status != state.StatusText)
            yield return found.Broken("I7", "the trail does not begin with the creation or does not end in the present state");
    }

    /// <summary>What was answered as refunded was, each once, and never more than was paid.</summary>
    private static IEnumerable<Violation> CheckRefunds(RequestCase found, PaymentRequestState state, Providers.KlarnaRequest? known)
    {
        var made = known?.Refunds ?? [];
        if (made.Sum(static refund => refund.AmountMinor) > state.AmountMinor)
            yield return found.Broken("I1", "more given back than was paid");
        if (made.GroupBy(static refund => refund.Reference).Any(static same => same.Count() > 1))
            yield return found.Broken("I1", "one refund was made twice");
        foreach (var refund in state.Refunds)
        {
            var isMade = made.Any(one => one.Reference == refund.ReferenceCode);
            if (refund.Status == PayhubRefundStatus.Pending || isMade != (refund.Status == PayhubRefundStatus.Succeeded))
                yield return found.Broken("I3", $"refund {refund.Number} is {refund.Status}, and at Klarna it is {(isMade ? "made" : "not made")}");
        }

        foreach (var (command, isPromised) in found.Order?.Refunds ?? [])
        {
            if (isPromised && !state.Refunds.Any(refund => refund.CommandId == command && refund.Status == PayhubRefundStatus.Succeeded))
                yield return found.Broken("I5", $"{command} was answered as made, and is not");
        }
    }

    private static bool Agrees(PaymentRequestStatus status, Providers.KlarnaRequest? request) => status switch
    {
        PaymentRequestStatus.Canceled => request is { State: KlarnaRequestState.Canceled },
        PaymentRequestStatus.Completed => request is { State: KlarnaRequestState.Completed },
        PaymentRequestStatus.Declined => request is null or { State: KlarnaRequestState.Declined },
        PaymentRequestStatus.Expired => request is null or { State: KlarnaRequestState.Expired },
        _ => false,
    };
}
