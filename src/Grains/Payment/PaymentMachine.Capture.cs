using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>The decision on a capture.</summary>
/// <param name="Outcome">What the caller is told unless the provider's inline answer changes it.</param>
/// <param name="State">The state: changed when the capture begins.</param>
/// <param name="CallProvider">Whether the provider must be called after the state is durable.</param>
public readonly record struct CaptureDecision(CapturePaymentOutcome Outcome, PaymentState State, bool CallProvider);

/// <summary>How an authorized payment is captured. The shape is the cancel's: written ahead, tried inline, read before it is tried again.</summary>
public static partial class PaymentMachine
{
    /// <summary>A merchant's capture, ownership first.</summary>
    public static CaptureDecision Capture(PaymentState state, CapturePayment command, PaymentPolicy policy, Moment moment)
    {
        if (!state.Exists || state.MerchantId != command.MerchantId)
            return new(CapturePaymentOutcome.NotFound, state, CallProvider: false);

        // Its answer was lost on the way, not its effect.
        if (command.CommandId is not null && state.Capture?.CommandId == command.CommandId)
            return new(CapturePaymentOutcome.Accepted, state, CallProvider: false);
        if (state.Status != PaymentStatus.Authorized)
            return new(CapturePaymentOutcome.NotCapturable, state, CallProvider: false);

        var (outcome, amount) = CapturedAmount(state, command);
        if (outcome != CapturePaymentOutcome.Accepted)
            return new(outcome, state, CallProvider: false);

        var begun = BeginCapture(state, new CaptureRecord(amount, command.Actor, moment.Now, command.CommandId), policy, moment);
        return new(CapturePaymentOutcome.Accepted, begun, CallProvider: true);
    }

    internal static PaymentState BeginCapture(PaymentState state, CaptureRecord capture, PaymentPolicy policy, Moment moment)
    {
        var attempt = state.CaptureAttempts + 1;
        return (state with
        {
            Status = PaymentStatus.CaptureInitialized,
            Capture = capture,
            Operation = new ProviderOperation(ProviderOperationKind.Capture, attempt, moment.Now, moment.Now),
            CaptureAttempts = attempt,
            IdleReads = 0,
            ProviderDueAt = moment.Now + policy.WriteAheadLease,
        }).Audited(moment, capture.Actor, "capture_requested", $"{capture.AmountMinor}");
    }

    private static (CapturePaymentOutcome Outcome, long Amount) CapturedAmount(PaymentState state, CapturePayment command)
    {
        var amount = command.AmountMinor ?? state.AmountMinor;
        if (!command.Allocations.IsDefaultOrEmpty)
        {
            if (command.Allocations is not [var only] || only.Id != PaymentIds.ForAllocation(state.Id, 0))
                return (CapturePaymentOutcome.UnknownAllocation, 0);
            amount = only.AmountMinor ?? state.AmountMinor;
        }

        return amount > state.AmountMinor ? (CapturePaymentOutcome.AmountTooLarge, 0) : (CapturePaymentOutcome.Accepted, amount);
    }

    /// <summary>The answer to the inline try <paramref name="sent"/>, while the caller still waits: a definite refusal returns the payment to
    /// <c>AUTHORIZED</c>, or to what the provider says it has become meanwhile.</summary>
    /// <returns>What the caller is told, and the state.</returns>
    public static (CapturePaymentOutcome Outcome, PaymentState State) CaptureAnsweredInline(
        PaymentState state, ProviderOperation sent, ProviderResult<PaymentIntentSnapshot> answer, PaymentPolicy policy, Moment moment)
    {
        // Only our own write takes a capture back: it was stored although storage did not say so.
        if (state.Capture is null)
            return (state.Status == PaymentStatus.Authorized ? CapturePaymentOutcome.ProviderRefused : CapturePaymentOutcome.NotCapturable, state);

        var after = CaptureAnswered(state, sent, answer, callerWaits: true, policy, moment);
        return (after switch
        {
            { Capture: null } => CapturePaymentOutcome.ProviderRefused,
            { Status: PaymentStatus.Cancelled } when answer is ProviderResult<PaymentIntentSnapshot>.Refused => CapturePaymentOutcome.NotCapturable,
            _ => CapturePaymentOutcome.Accepted,
        }, after);
    }

    /// <summary>The answer to the try <paramref name="sent"/> in the background. A late answer to an earlier attempt says nothing about the present
    /// one. A refused capture leaves the hold in place, and the payment where it can be captured again or cancelled: since the caller was
    /// answered 202, it is announced as authorized once more.</summary>
    public static PaymentState CaptureAnswered(
        PaymentState state, ProviderOperation sent, ProviderResult<PaymentIntentSnapshot> answer, PaymentPolicy policy, Moment moment) =>
        CaptureAnswered(state, sent, answer, callerWaits: false, policy, moment);

    private static PaymentState CaptureAnswered(
        PaymentState state, ProviderOperation sent, ProviderResult<PaymentIntentSnapshot> answer, bool callerWaits, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: ProviderOperationKind.Capture } operation || operation.Attempt != sent.Attempt)
            return state;

        return answer switch
        {
            ProviderResult<PaymentIntentSnapshot>.Success { Value: { Status: PaymentIntentStatus.Succeeded or PaymentIntentStatus.Canceled } value } =>
                Observed(state, value, policy, moment),

            // Accepted and not done: no answer to rely on, and the same key would only repeat it.
            ProviderResult<PaymentIntentSnapshot>.Success { Value: { } value } => Uncertain(
                state with { Intent = value }, operation, ProviderUncertainty.ServerError, $"accepted, but {value.Status}", null, policy.OperationRetry, moment),
            ProviderResult<PaymentIntentSnapshot>.Unknown unknown =>
                Uncertain(state, operation, unknown.Cause, unknown.Detail, unknown.RetryAfter, policy.OperationRetry, moment),
            ProviderResult<PaymentIntentSnapshot>.Refused { Current: { Status: PaymentIntentStatus.Succeeded or PaymentIntentStatus.Canceled } current } =>
                Observed(state, current, policy, moment),
            ProviderResult<PaymentIntentSnapshot>.Refused refused =>
                CaptureReturned(state, callerWaits, policy, moment, "capture_refused", $"{refused.Code}: {refused.Message}"),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    /// <summary>A read found the hold still in place: the capture is still owed, or given up after <see cref="PaymentPolicy.CaptureGivenUpAfter"/>.</summary>
    private static PaymentState CaptureStillOwed(PaymentState state, ProviderOperation operation, PaymentPolicy policy, Moment moment) =>
        moment.Now - operation.BegunAt >= policy.CaptureGivenUpAfter
            ? CaptureReturned(state, callerWaits: false, policy, moment, "capture_given_up", $"after {operation.Failures + 1} tries")
            : WithUsableKey(state, policy, moment);

    private static PaymentState CaptureReturned(
        PaymentState state, bool callerWaits, PaymentPolicy policy, Moment moment, string @event, string detail) => Resting(
        state with { Capture = null, AnnouncedStatus = callerWaits ? state.AnnouncedStatus : null },
        PaymentStatus.Authorized, policy, moment, AuditTrail.Provider, @event, detail);
}
