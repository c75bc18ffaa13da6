using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>What a payment does when it is told that its object may have moved.</summary>
public enum HintStep
{
    /// <summary>Nothing: the payment is where nothing moves it any more, or knows already what is claimed.</summary>
    Nothing,

    /// <summary>Read the intent.</summary>
    ReadIntent,

    /// <summary>Read the intent that the hint names: the answer to the create that made it was lost.</summary>
    AdoptIntent,

    /// <summary>Read the refund under way.</summary>
    ReadRefund,

    /// <summary>Look for the refund that was sent and never answered.</summary>
    FindRefund,

    /// <summary>The payment knows no object yet.</summary>
    NotYet,

    /// <summary>The payment has another object, or ended without one.</summary>
    NotMine,
}

/// <summary>How a payment follows a hint. A hint only causes a read; it sends nothing that moves money, and what is due goes on as it was planned.</summary>
public static partial class PaymentMachine
{
    /// <summary>What a hint asks for. A terminal payment reads nothing: what happens to its money afterwards (refunds by hand, disputes, returned debits)
    /// is no part of its life here and never takes its state back.</summary>
    public static HintStep PlanAfterHint(PaymentState state, ProviderHint hint)
    {
        if (!state.Exists)
            return HintStep.NotYet;
        if (state.Intent is not { } intent)
            return WithoutIntent(state);
        if (intent.Id != hint.ObjectId)
            return HintStep.NotMine;
        if (IsTerminal(state.Status))
            return HintStep.Nothing;

        if (state.Operation is { Kind: ProviderOperationKind.Refund })
            return state.Refund is not { } refund ? HintStep.FindRefund : Knows(hint, refund.Id, refund.Status) ? HintStep.Nothing : HintStep.ReadRefund;
        return Knows(hint, intent.Id, intent.Status) ? HintStep.Nothing : HintStep.ReadIntent;
    }

    private static HintStep WithoutIntent(PaymentState state) => state switch
    {
        // It ended without an object, and yet there is one that bears its name: somebody must look at that.
        _ when IsTerminal(state.Status) => HintStep.NotMine,
        { Status: PaymentStatus.Processing, Operation.Kind: ProviderOperationKind.Create } => HintStep.AdoptIntent,
        _ => HintStep.NotYet,
    };

    /// <summary>Our own echo: the event claims what the payment has learnt already, from the answer to its own call or from a read.</summary>
    private static bool Knows<TStatus>(ProviderHint hint, string id, TStatus status)
        where TStatus : struct, Enum => hint.SubjectId == id && hint.Claim == status.ToString();

    /// <summary>The intent was read because of a hint.</summary>
    public static PaymentState IntentHinted(PaymentState state, PaymentIntentSnapshot intent, PaymentPolicy policy, Moment moment) =>
        state switch
        {
            { Operation.Kind: ProviderOperationKind.Create } =>
                CreateLookedUp(state, state.Operation, new ProviderResult<PaymentIntentSnapshot?>.Success(intent), policy, moment),

            // Another activation has learnt of another intent meanwhile.
            _ when state.Intent?.Id != intent.Id => state,
            _ => IfNew(state, IntentRead(state, new ProviderResult<PaymentIntentSnapshot>.Success(intent), policy, moment)),
        };

    /// <summary>The refund was read or found because of a hint.</summary>
    public static PaymentState RefundHinted(PaymentState state, RefundSnapshot refund, PaymentPolicy policy, Moment moment) =>
        IfNew(state, RefundRead(state, new ProviderResult<RefundSnapshot>.Success(refund), policy, moment));

    /// <summary>A read that says nothing new changes nothing, not even when the next one is planned: any number of events causes no write.</summary>
    private static PaymentState IfNew(PaymentState before, PaymentState after) =>
        before.Status == after.Status && before.Operation?.Kind == after.Operation?.Kind && before.Intent == after.Intent && before.Refund == after.Refund
            ? before
            : after;
}
