using Payments.Grains.Retry;

namespace Payments.Grains.PaymentRequest;

/// <summary>A read that an operator asks for. What it finds is followed as after a hint.</summary>
public static partial class PaymentRequestMachine
{
    /// <summary>Puts on record who asked, and makes what is owed to Klarna due now. Nothing has changed by that, nor waits it any less long.</summary>
    public static PaymentRequestState ReadRequested(PaymentRequestState state, string actor, Moment moment)
    {
        var owed = state.Refunds.Any(static refund => refund.Operation is not null);
        if (!state.Exists || (IsFinal(state.Status) && !owed))
            return state;

        return Audited(
            state with
            {
                ProviderDueAt = state.Operation is null ? state.ProviderDueAt : moment.Now,
                Refunds = owed
                    ? [.. state.Refunds.Select(refund => refund.Operation is null ? refund : refund with { DueAt = moment.Now })]
                    : state.Refunds,
            },
            moment, actor, "read_requested") with { UpdatedAt = state.UpdatedAt };
    }
}
