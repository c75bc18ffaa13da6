using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Refunds;
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

    /// <summary>Look which intent this allocation has: the hint's may be its own, or the other one's.</summary>
    FindIntent,

    /// <summary>Read the compensating refund.</summary>
    ReadRefund,

    /// <summary>Look for the compensating refund, which was sent and never answered.</summary>
    FindRefund,

    /// <summary>Read the refunds on request that <see cref="PaymentMachine.RefundsHinted"/> names.</summary>
    ReadRefunds,

    /// <summary>The payment knows no object yet.</summary>
    NotYet,

    /// <summary>The payment has another object, or ended without one.</summary>
    NotMine,
}

/// <summary>How a payment follows a hint. A hint only causes reads; it sends nothing that moves money, and what is due goes on as it was
/// planned.</summary>
public static partial class PaymentMachine
{
    private const string CompensationFailed = "refund_failed_after_cancel";

    /// <summary>What a hint asks for.</summary>
    public static HintStep PlanAfterHint(PaymentState state, ProviderHint hint)
    {
        if (!state.Exists)
            return HintStep.NotYet;
        if (state.Intent is not { } intent)
            return WithoutIntent(state);
        if (intent.Id != hint.ObjectId)
            return HintStep.NotMine;
        if (IsTerminal(state.Status))
            return AfterTheEnd(state, hint);

        if (state.Operation is not { Kind: ProviderOperationKind.Refund })
            return Knows(hint, intent.Id, intent.Status) ? HintStep.Nothing : HintStep.ReadIntent;
        if (state.Refund is not { } refund)
            return HintStep.FindRefund;
        return Knows(hint, refund.Id, refund.Status) ? HintStep.Nothing : HintStep.ReadRefund;
    }

    private static HintStep WithoutIntent(PaymentState state) => state switch
    {
        // It ended without an object, and yet there is one that bears its name: somebody must look at that.
        _ when IsTerminal(state.Status) => HintStep.NotMine,
        { Status: PaymentStatus.Processing, Operation.Kind: ProviderOperationKind.Create } => HintStep.AdoptIntent,
        _ => HintStep.NotYet,
    };

    /// <summary>A payment that has ended stays as it is. Only its refunds go on: those on request, and the compensating one, which may
    /// fail after it looked successful (api-facts §3.3). Refunds by hand, disputes and returned debits are no part of its life
    /// here.</summary>
    private static HintStep AfterTheEnd(PaymentState state, ProviderHint hint) => state switch
    {
        { Status: PaymentStatus.Cancelled, Refund: { } refund } when IsAbout(hint, refund.Id) && !Knows(hint, refund.Id, refund.Status) =>
            HintStep.ReadRefund,
        { Status: PaymentStatus.Completed } when RefundsHinted(state, hint).Any() => HintStep.ReadRefunds,
        _ => HintStep.Nothing,
    };

    /// <summary>The refunds on request that a hint may be about and that can still move, newest first. One whose create has no answer
    /// yet goes on by its own schedule.</summary>
    public static IEnumerable<RefundEntry> RefundsHinted(PaymentState state, ProviderHint hint) => state.Refunds.Reverse().Where(
        refund => refund is { Provider: { } known, Status: not RefundState.Failed }
            && IsAbout(hint, known.Id)
            && !Knows(hint, known.Id, known.Status));

    private static bool IsAbout(ProviderHint hint, string id) => hint.SubjectId is null || hint.SubjectId == id;

    /// <summary>Our own echo: the event claims what the payment has learnt already, from the answer to its own call or from a
    /// read.</summary>
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

    /// <summary>The compensating refund was read or found because of a hint. That it failed after the payment was cancelled and
    /// announced takes nothing back; it is put on record, once, for whoever is told to look.</summary>
    public static PaymentState RefundHinted(PaymentState state, RefundSnapshot refund, PaymentPolicy policy, Moment moment)
    {
        if (!FailedAfterCancel(state, refund))
            return IfNew(state, RefundRead(state, new ProviderResult<RefundSnapshot>.Success(refund), policy, moment));

        var detail = $"{refund.Id}: {refund.FailureReason ?? refund.Status.ToString()}";
        return state.Audit.Any(entry => entry.Event == CompensationFailed && entry.Detail == detail)
            ? state
            : state.Audited(moment, AuditTrail.Provider, CompensationFailed, detail);
    }

    /// <summary>Whether the money of a cancelled payment did not go back after all.</summary>
    public static bool FailedAfterCancel(PaymentState state, RefundSnapshot refund) =>
        state.Status == PaymentStatus.Cancelled
        && state.Refund?.Id == refund.Id
        && refund.Status is RefundStatus.Failed or RefundStatus.Canceled;

    /// <summary>A refund on request was read because of a hint.</summary>
    public static PaymentState RequestedRefundHinted(
        PaymentState state, Guid refundId, RefundSnapshot refund, PaymentPolicy policy, Moment moment)
    {
        var after = RefundMachine.Read(state, refundId, new ProviderResult<RefundSnapshot>.Success(refund), policy, moment);
        var (then, now) = (RefundMachine.Find(state, refundId), RefundMachine.Find(after, refundId));
        return then?.Status == now?.Status && then?.Provider == now?.Provider ? state : after;
    }

    /// <summary>A read that says nothing new changes nothing, not even when the next one is planned: any number of events causes no
    /// write.</summary>
    private static PaymentState IfNew(PaymentState before, PaymentState after) =>
        before.Status == after.Status
        && before.Operation?.Kind == after.Operation?.Kind
        && before.Intent == after.Intent
        && before.Refund == after.Refund
            ? before
            : after;
}
