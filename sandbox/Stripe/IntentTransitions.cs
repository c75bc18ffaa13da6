namespace Payments.Sandbox;

/// <summary>What a transition leads to; pure data.</summary>
/// <param name="Next">The intent afterwards; the same instance when nothing changed.</param>
/// <param name="Operation">The effective operation, null when nothing changed.</param>
/// <param name="Failure">What the caller is told instead of the intent.</param>
internal readonly record struct IntentStep(IntentRecord Next, string? Operation, StripeResult? Failure = null);

/// <summary>
/// The state machine of a payment intent (https://docs.stripe.com/payments/paymentintents/lifecycle): no locks, no I/O, no
/// clock.
/// </summary>
internal static class IntentTransitions
{
    private const string AuthenticationRequired = "authentication_required";

    public static IntentStep Confirm(IntentRecord intent, TestPaymentMethod method, bool offSession, DateTimeOffset now)
    {
        if (intent.Status is not (IntentStatus.RequiresPaymentMethod or IntentStatus.RequiresConfirmation or IntentStatus.RequiresAction))
            return Refuse(intent, $"You cannot confirm this PaymentIntent because it has a status of {intent.StatusName}. " +
                "Only a PaymentIntent with one of the following statuses may be confirmed: " +
                "requires_confirmation, requires_action, requires_payment_method.");
        var attempted = intent with { PaymentMethod = method.Id, Attempted = true, LastError = null };
        return method.Behaviour switch
        {
            MethodBehaviour.Declines => Decline(attempted, method, method.ErrorCode, method.DeclineCode, method.Message, now),
            MethodBehaviour.Authenticates when offSession => Decline(attempted, method, AuthenticationRequired, AuthenticationRequired,
                "Your card was declined. This transaction requires authentication.", now),
            MethodBehaviour.Authenticates => Move(attempted, IntentStatus.RequiresAction, IntentOperations.RequiresAction, now),
            MethodBehaviour.Debits => Move(attempted, IntentStatus.Processing, IntentOperations.Processing, now),
            _ => Charge(attempted, now),
        };
    }

    public static IntentStep Capture(IntentRecord intent, long? amount, DateTimeOffset now)
    {
        if (intent.Status != IntentStatus.RequiresCapture)
            return Refuse(intent, $"This PaymentIntent could not be captured because it has a status of {intent.StatusName}. " +
                "Only a PaymentIntent with one of the following statuses may be captured: requires_capture.");
        if (amount > intent.AmountCapturable)
            return new(intent, null, StripeResult.Invalid(
                $"The provided amount_to_capture ({amount}) is greater than the capturable amount ({intent.AmountCapturable}).",
                "amount_to_capture", "amount_too_large"));
        var captured = intent with { AmountReceived = amount ?? intent.AmountCapturable, AmountCapturable = 0 };
        return Move(captured, IntentStatus.Succeeded, IntentOperations.Capture, now);
    }

    public static IntentStep Cancel(IntentRecord intent, string? reason, TimeSpan? bankWindow, DateTimeOffset now)
    {
        if (intent.Status is IntentStatus.Canceled or IntentStatus.Succeeded)
            return Refuse(intent, $"You cannot cancel this PaymentIntent because it has a status of {intent.StatusName}. " +
                "Only a PaymentIntent with one of the following statuses may be canceled: " +
                "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.");
        if (intent.Status == IntentStatus.Processing && (intent.CancelWindowClosed || now - intent.StatusSince >= bankWindow))
            return Refuse(intent, "You cannot cancel this PaymentIntent because it has a status of processing " +
                "and its debit was already sent to the bank.");
        return Void(intent, reason, IntentOperations.Cancel, now);
    }

    /// <summary>The bank's answer: collected, unless the test account is one that fails or <paramref name="fail"/> orders it.</summary>
    public static IntentStep Settle(IntentRecord intent, bool fail, DateTimeOffset now)
    {
        var method = TestPaymentMethod.Find(intent.PaymentMethod);
        if (!fail && method?.ErrorCode is null)
            return Move(intent with { AmountReceived = intent.Amount }, IntentStatus.Succeeded, IntentOperations.Succeeded, now);
        var failure = new StripeFailure(StripeFailure.InvalidRequest, method?.Message ?? "The bank returned the debit.",
            method?.ErrorCode ?? "payment_intent_payment_attempt_failed", Charge: intent.ChargeId, PaymentMethod: intent.PaymentMethod);
        return Move(intent with { LastError = failure }, IntentStatus.RequiresPaymentMethod, IntentOperations.PaymentFailed, now);
    }

    public static IntentStep ExpireHold(IntentRecord intent, DateTimeOffset now) =>
        Void(intent, "automatic", IntentOperations.HoldExpired, now);

    public static IntentStep Authenticate(IntentRecord intent, bool succeeds, DateTimeOffset now)
    {
        var method = TestPaymentMethod.Find(intent.PaymentMethod)!;
        if (!succeeds)
            return Decline(intent, method, "payment_intent_authentication_failure", null,
                "The provided PaymentMethod has failed authentication.", now, StripeFailure.InvalidRequest);
        return method.DeclinesAfterAuthentication
            ? Decline(intent, method, method.ErrorCode, method.DeclineCode, method.Message, now)
            : Charge(intent, now);
    }

    private static IntentStep Charge(IntentRecord intent, DateTimeOffset now) => intent.CapturesManually
        ? Move(intent with { AmountCapturable = intent.Amount }, IntentStatus.RequiresCapture, IntentOperations.Authorized, now)
        : Move(intent with { AmountReceived = intent.Amount }, IntentStatus.Succeeded, IntentOperations.Succeeded, now);

    private static IntentStep Void(IntentRecord intent, string? reason, string operation, DateTimeOffset now) => Move(
        intent with { AmountCapturable = 0, CanceledAt = now, CancellationReason = reason }, IntentStatus.Canceled, operation, now);

    private static IntentStep Decline(IntentRecord intent, TestPaymentMethod method, string? code, string? declineCode, string? message,
        DateTimeOffset now, string type = StripeFailure.CardError)
    {
        var error = new StripeFailure(type, message ?? "Your card was declined.", code, DeclineCode: declineCode,
            Charge: intent.ChargeId, PaymentMethod: method.Id);
        var next = intent with
        {
            Status = IntentStatus.RequiresPaymentMethod,
            StatusSince = now,
            LastError = error,
        };
        return new(next, IntentOperations.PaymentFailed,
            new StripeResult(StatusCodes.Status402PaymentRequired, error with { Intent = next }));
    }

    private static IntentStep Move(IntentRecord intent, IntentStatus status, string operation, DateTimeOffset now) =>
        new(intent with { Status = status, StatusSince = now }, operation);

    private static IntentStep Refuse(IntentRecord intent, string message) => new(intent, null, StripeResult.WrongState(message, intent));
}
