using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>How a payment follows what its provider's object says. The provider's truth wins (design §2.6).</summary>
public static partial class PaymentMachine
{
    /// <summary>The answer to a read of the intent.</summary>
    public static PaymentState IntentRead(PaymentState state, ProviderResult<PaymentIntentSnapshot> answer, PaymentPolicy policy, Moment moment)
    {
        if (IsTerminal(state.Status))
            return state;

        return answer switch
        {
            ProviderResult<PaymentIntentSnapshot>.Success success => Observed(state, success.Value, policy, moment),
            ProviderResult<PaymentIntentSnapshot>.Unknown unknown => ReadFailed(state, unknown.Cause, unknown.Detail, unknown.RetryAfter, policy, moment),

            // An intent that we know and the provider does not is a lie or a wrong account: never a reason to move money or to call it cancelled.
            ProviderResult<PaymentIntentSnapshot>.Refused refused =>
                ReadFailed(state, ProviderUncertainty.Misconfigured, $"{refused.Code}: {refused.Message}", null, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    private static PaymentState ReadFailed(
        PaymentState state, ProviderUncertainty cause, string detail, TimeSpan? retryAfter, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { } operation)
            return StillWaiting(state, policy.ObservationInterval, moment);

        var waiting = LookupFailed(state, operation, cause, detail, retryAfter, policy, moment);

        // A create and a capture are given up by a look-up that tells how things stand, never because nothing can be read.
        return operation.Kind is ProviderOperationKind.Create or ProviderOperationKind.Capture
            ? waiting
            : GivenUpOr(waiting, operation, GiveUpAfter(operation, policy), policy, moment);
    }

    private static TimeSpan GiveUpAfter(ProviderOperation operation, PaymentPolicy policy) =>
        operation.Kind == ProviderOperationKind.Cancel ? policy.CancelGivenUpAfter : policy.SettlementGivenUpAfter;

    private static PaymentState StillWaiting(PaymentState state, Backoff interval, Moment moment) => state with
    {
        IdleReads = state.IdleReads + 1,
        ProviderDueAt = interval.Next(moment, state.IdleReads + 1),
    };

    /// <summary>The intent is known to be as <paramref name="intent"/> says. Terminal states absorb it, and so does a refund under way, which
    /// only the refund itself moves on: the read may have begun before the capture.</summary>
    public static PaymentState Observed(PaymentState state, PaymentIntentSnapshot intent, PaymentPolicy policy, Moment moment)
    {
        if (IsTerminal(state.Status) || state.Operation is { Kind: ProviderOperationKind.Refund })
            return state;

        var seen = state with { Intent = intent };
        return seen.Status is PaymentStatus.CancelInitialized or PaymentStatus.CancelFailed
            ? ObservedWhileCancelling(seen, intent, policy, moment)
            : ObservedBeforeCancel(seen, intent, policy, moment);
    }

    private static PaymentState ObservedBeforeCancel(PaymentState state, PaymentIntentSnapshot intent, PaymentPolicy policy, Moment moment)
    {
        if (intent.Status == PaymentIntentStatus.Canceled)
            return Cancelled(state, moment, AuditTrail.Provider, $"cancelled at the provider: {intent.CancellationReason ?? "no reason given"}");

        if (state.Operation is { Kind: ProviderOperationKind.Capture } capture && intent.Status == PaymentIntentStatus.RequiresCapture)
            return CaptureStillOwed(state, capture, policy, moment);

        var status = intent.Status switch
        {
            PaymentIntentStatus.Succeeded => PaymentStatus.Completed,
            PaymentIntentStatus.Processing => PaymentStatus.Accepted,
            PaymentIntentStatus.RequiresCapture => PaymentStatus.Authorized,
            PaymentIntentStatus.RequiresAction or PaymentIntentStatus.RequiresConfirmation => PaymentStatus.AuthRequired,
            PaymentIntentStatus.RequiresPaymentMethod => PaymentStatus.Failed,
            _ => throw new ArgumentOutOfRangeException(nameof(intent), intent.Status, "Not an intent status."),
        };

        // A challenge that was passed does not come back: this read is older than the state.
        var late = status == PaymentStatus.AuthRequired && state.Status is PaymentStatus.Authorized or PaymentStatus.Accepted or PaymentStatus.CaptureInitialized;
        return late || (status == state.Status && state.Operation is null)
            ? StillWaiting(state, policy.ObservationInterval, moment)
            : Resting(state, status, policy, moment, AuditTrail.Provider, "provider_reported", intent.LastErrorCode);
    }

    private static PaymentState ObservedWhileCancelling(PaymentState state, PaymentIntentSnapshot intent, PaymentPolicy policy, Moment moment) => intent.Status switch
    {
        PaymentIntentStatus.Canceled => Cancelled(state, moment, AuditTrail.Provider, "cancelled at the provider"),

        // A refund was tried and came to nothing, refused ones included: an operator or the merchant's next cancel decides, not a loop.
        PaymentIntentStatus.Succeeded when state is { Status: PaymentStatus.CancelFailed, RefundAttempts: > 0 } =>
            StillWaiting(state, policy.ObservationInterval, moment),

        // The money was taken although the cancel was accepted: give it back, once (design §2.6).
        PaymentIntentStatus.Succeeded => BeginRefund(state, moment),

        PaymentIntentStatus.Processing when state.Operation is { Kind: ProviderOperationKind.AwaitSettlement } waiting =>
            GivenUpOr(StillWaiting(state, policy.SettlementWatch, moment), waiting, policy.SettlementGivenUpAfter, policy, moment),

        // Not cancelled and not taken: a void is still owed and possible. CANCEL_FAILED waits for someone to ask again.
        _ when state.Status == PaymentStatus.CancelFailed => StillWaiting(state, policy.ObservationInterval, moment),
        _ => VoidStillOwed(state, policy, moment),
    };

    internal static PaymentState BeginRefund(PaymentState state, Moment moment)
    {
        var attempt = state.RefundAttempts + 1;
        return (state with
        {
            Status = PaymentStatus.CancelInitialized,
            Operation = new ProviderOperation(ProviderOperationKind.Refund, attempt, moment.Now, moment.Now),
            RefundAttempts = attempt,
            ProviderDueAt = moment.Now,
            IdleReads = 0,
        }).Audited(moment, AuditTrail.Provider, "captured_while_cancelling");
    }

    private static PaymentState VoidStillOwed(PaymentState state, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is { Kind: ProviderOperationKind.Cancel })
            return WithUsableKey(state, policy, moment);

        var attempt = state.CancelAttempts + 1;
        return (state with
        {
            Operation = new ProviderOperation(ProviderOperationKind.Cancel, attempt, moment.Now, moment.Now),
            CancelAttempts = attempt,
            ProviderDueAt = moment.Now + policy.WriteAheadLease,
        }).Audited(moment, AuditTrail.Provider, "cancellable_again");
    }
}
