using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>The decision on a cancel.</summary>
/// <param name="Outcome">What the caller is told unless the provider's inline answer changes it.</param>
/// <param name="State">The state: changed when the cancel begins.</param>
/// <param name="CallProvider">Whether the provider must be called after the state is durable.</param>
public readonly record struct CancelDecision(CancelPaymentOutcome Outcome, PaymentState State, bool CallProvider);

/// <summary>How a payment is cancelled (design §5, §6).</summary>
public static partial class PaymentMachine
{
    internal const string CancelFailedEvent = "cancel_failed";

    /// <summary>A merchant's cancel: the table of design §6, ownership first.</summary>
    public static CancelDecision Cancel(PaymentState state, CancelPayment command, PaymentPolicy policy, Moment moment)
    {
        if (!state.Exists || state.MerchantId != command.MerchantId)
            return new(CancelPaymentOutcome.NotFound, state, CallProvider: false);

        switch (state.Status)
        {
            // Its answer was lost on the way, not its effect.
            case PaymentStatus.Cancelled or PaymentStatus.CancelFailed when IsRepeat(state, command):
                return new(CancelPaymentOutcome.Accepted, state, CallProvider: false);

            case PaymentStatus.Initiated or PaymentStatus.Pending or PaymentStatus.AuthRequired or PaymentStatus.CancelFailed when state.IsSplit:
                return new(CancelPaymentOutcome.Accepted, SplitTender.Cancel(state, command, policy, moment), CallProvider: false);

            case PaymentStatus.CancelInitialized:
                return new(CancelPaymentOutcome.Accepted, Promised(state, moment, command.Actor), CallProvider: false);

            case PaymentStatus.Initiated or PaymentStatus.Pending:
                // The provider certainly has no intent: nothing to call, so the cancel begins and ends in one write.
                var begun = BeginCancel(state, command, policy, moment);
                return new(CancelPaymentOutcome.Accepted, Cancelled(begun, moment, AuditTrail.System, "never sent to the provider"), CallProvider: false);

            case PaymentStatus.Authorized or PaymentStatus.Accepted or PaymentStatus.AuthRequired or PaymentStatus.CancelFailed:
                return new(CancelPaymentOutcome.Accepted, BeginCancel(state, command, policy, moment), CallProvider: true);

            default:
                return new(CancelPaymentOutcome.NotCancellable, state, CallProvider: false);
        }
    }

    private static bool IsRepeat(PaymentState state, CancelPayment command) =>
        command.CommandId is not null && state.Cancellation?.CommandId == command.CommandId;

    /// <summary>A repeated cancel is answered 202. An activation that still waits for its own inline answer must not take the payment back
    /// after that: it loses its compare-and-swap to this write and finds the promise.</summary>
    private static PaymentState Promised(PaymentState state, Moment moment, string actor) =>
        state is { Operation.Kind: ProviderOperationKind.Cancel, Cancellation: { Promised: false } cancellation }
            ? (state with { Cancellation = cancellation with { Promised = true } }).Audited(moment, actor, "cancel_repeated")
            : state;

    internal static PaymentState BeginCancel(PaymentState state, CancelPayment command, PaymentPolicy policy, Moment moment)
    {
        // A cancel after a failed one still goes back to where the money was, not to CANCEL_FAILED.
        var again = state.Status == PaymentStatus.CancelFailed;
        var before = again ? state.Cancellation!.StatusBefore : state.Status;
        var attempt = state.CancelAttempts + 1;
        return (state with
        {
            Status = PaymentStatus.CancelInitialized,
            Cancellation = new Cancellation(
                command.Reason, command.Message, command.Actor, moment.Now, before, Promised: again, command.CommandId, moment.TraceParent),
            Operation = new ProviderOperation(ProviderOperationKind.Cancel, attempt, moment.Now, moment.Now),
            CancelAttempts = attempt,
            Refund = null,
            IdleReads = 0,
            ProviderDueAt = moment.Now + policy.WriteAheadLease,
        }).Audited(moment, command.Actor, "cancel_requested", CancelDetail(command));
    }

    internal static string CancelDetail(CancelPayment command) =>
        string.IsNullOrEmpty(command.Message) ? command.Reason.ToWire() : $"{command.Reason.ToWire()}: {command.Message}";

    /// <summary>The answer to the inline try <paramref name="sent"/>, while the caller still waits: a definite refusal returns the payment to where it was.</summary>
    /// <returns>What the caller is told, and the state.</returns>
    public static (CancelPaymentOutcome Outcome, PaymentState State) CancelAnsweredInline(
        PaymentState state, ProviderOperation sent, ProviderResult<PaymentIntentSnapshot> answer, PaymentPolicy policy, Moment moment)
    {
        // Only our own write takes a cancel back: it was stored although storage did not say so.
        if (state.Cancellation is null)
            return (IsTerminal(state.Status) ? CancelPaymentOutcome.NotCancellable : CancelPaymentOutcome.ProviderRefused, state);

        // Another activation has taken over meanwhile: its state is the truth, a cancel is under way in it, and we are answered as a repeated one.
        if (state.Operation is not { Kind: ProviderOperationKind.Cancel } operation || operation.Attempt != sent.Attempt)
            return (CancelPaymentOutcome.Accepted, Promised(state, moment, AuditTrail.System));

        if (answer is not ProviderResult<PaymentIntentSnapshot>.Refused refused || state.Cancellation!.Promised || GoesOnAfterRefusal(state, refused.Current))
            return (CancelPaymentOutcome.Accepted, CancelAnswered(state, sent, answer, policy, moment));

        var seen = refused.Current is { } current ? state with { Intent = current } : state;
        var status = StatusAfterRefusal(state, refused.Current);
        var returned = Resting(
            seen with { Cancellation = null }, status, policy, moment, AuditTrail.Provider, "cancel_refused", $"{refused.Code}: {refused.Message}");

        // Captured meanwhile: the payment is what the provider says, and that is what the caller reads (design §6).
        return (status == state.Cancellation!.StatusBefore ? CancelPaymentOutcome.ProviderRefused : CancelPaymentOutcome.NotCancellable, returned);
    }

    /// <summary>The answer to the try <paramref name="sent"/> in the background: the caller was answered 202, so a refusal no longer returns the
    /// payment silently. A late answer to an earlier attempt says nothing about the present one.</summary>
    public static PaymentState CancelAnswered(
        PaymentState state, ProviderOperation sent, ProviderResult<PaymentIntentSnapshot> answer, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: ProviderOperationKind.Cancel } operation || operation.Attempt != sent.Attempt)
            return state;

        return answer switch
        {
            ProviderResult<PaymentIntentSnapshot>.Success { Value: { } value } => value.Status switch
            {
                PaymentIntentStatus.Canceled or PaymentIntentStatus.Succeeded => Observed(state, value, policy, moment),
                PaymentIntentStatus.Processing => AwaitSettlement(state with { Intent = value }, policy, moment),

                // Accepted and not done: no answer to rely on, and the same key would only repeat it.
                _ => CancelUnknown(state with { Intent = value }, operation, new(ProviderUncertainty.ServerError, $"accepted, but {value.Status}"), policy, moment),
            },
            ProviderResult<PaymentIntentSnapshot>.Unknown unknown => CancelUnknown(state, operation, unknown, policy, moment),
            ProviderResult<PaymentIntentSnapshot>.Refused { Current: { } current } refused => RefusedInBackground(state, refused, current, policy, moment),
            ProviderResult<PaymentIntentSnapshot>.Refused refused => CancelFailed(state, $"{refused.Code}: {refused.Message}", policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    private static PaymentState CancelUnknown(
        PaymentState state, ProviderOperation operation, ProviderResult<PaymentIntentSnapshot>.Unknown unknown, PaymentPolicy policy, Moment moment) => GivenUpOr(
        Uncertain(state, operation, unknown.Cause, unknown.Detail, unknown.RetryAfter, policy.OperationRetry, moment),
        operation, policy.CancelGivenUpAfter, policy, moment);

    private static PaymentState RefusedInBackground(
        PaymentState state, ProviderResult<PaymentIntentSnapshot>.Refused refused, PaymentIntentSnapshot current, PaymentPolicy policy, Moment moment) => current.Status switch
    {
        PaymentIntentStatus.Canceled or PaymentIntentStatus.Succeeded => Observed(state, current, policy, moment),
        PaymentIntentStatus.Processing => AwaitSettlement(state with { Intent = current }, policy, moment),
        _ => CancelFailed(state with { Intent = current }, $"{refused.Code}: {refused.Message}", policy, moment),
    };

    /// <summary>Whether a refused cancel is under way all the same: already cancelled, or the reversal of an ACH debit, which goes on as
    /// watch-and-refund (design §6). A debit may have begun after the state that the cancel was decided on.</summary>
    private static bool GoesOnAfterRefusal(PaymentState state, PaymentIntentSnapshot? current) => current?.Status switch
    {
        PaymentIntentStatus.Canceled or PaymentIntentStatus.Processing => true,
        PaymentIntentStatus.Succeeded => state.Cancellation!.StatusBefore == PaymentStatus.Accepted,
        _ => false,
    };

    private static PaymentStatus StatusAfterRefusal(PaymentState state, PaymentIntentSnapshot? current) =>
        current is { Status: PaymentIntentStatus.Succeeded } ? PaymentStatus.Completed : state.Cancellation!.StatusBefore;

    private static PaymentState AwaitSettlement(PaymentState state, PaymentPolicy policy, Moment moment) => (state with
    {
        Operation = new ProviderOperation(ProviderOperationKind.AwaitSettlement, 1, moment.Now, moment.Now),
        ProviderDueAt = policy.SettlementWatch.Next(moment, 1),
        IdleReads = 0,
    }).Audited(moment, AuditTrail.Provider, "reversal_awaits_settlement");

    private static PaymentState CancelFailed(PaymentState state, string detail, PaymentPolicy policy, Moment moment) =>
        Resting(state, PaymentStatus.CancelFailed, policy, moment, AuditTrail.System, CancelFailedEvent, detail);

    private static PaymentState GivenUpOr(PaymentState state, ProviderOperation operation, TimeSpan after, PaymentPolicy policy, Moment moment) =>
        moment.Now - operation.BegunAt < after
            ? state
            : CancelFailed(state, $"given up after {operation.Failures + 1} tries", policy, moment);
}
