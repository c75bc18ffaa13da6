using System.Collections.Immutable;
using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Payment;

/// <summary>
/// The rules of a payment as pure functions: state and input in, new state out; no I/O, no clock, no chance of its own.
/// A function that finds nothing to change returns the state it was given, so that the caller can skip the write.
/// </summary>
public static partial class PaymentMachine
{
    /// <summary>What a payment that was just loaded, or whose wait is over, must do at its provider. A loaded operation may have been
    /// sent already: cancels and refunds read first, a create repeats its idempotency key.</summary>
    public static ProviderStep PlanAfterWake(PaymentState state, DateTimeOffset now, PaymentPolicy policy)
    {
        if (!state.Exists || state.ProviderDueAt is not { } due || due > now)
            return ProviderStep.None;

        return state.Operation switch
        {
            { Kind: ProviderOperationKind.Create } create =>
                create.KeyIsSpent(now, policy) || now - create.BegunAt >= policy.CreateGivenUpAfter ? ProviderStep.FindIntent : ProviderStep.CreateIntent,
            { Kind: ProviderOperationKind.Cancel or ProviderOperationKind.AwaitSettlement or ProviderOperationKind.Capture } =>
                ProviderStep.ReadIntent,
            { Kind: ProviderOperationKind.Refund } => state.Refund is null ? ProviderStep.FindRefund : ProviderStep.ReadRefund,
            _ => state.Intent is null ? ProviderStep.None : ProviderStep.ReadIntent,
        };
    }

    /// <summary>What follows at once on a look-up that was answered, in the same turn: the call that the look-up had to precede.</summary>
    public static ProviderStep PlanAfterLookup(ProviderStep lookup, PaymentState state) => (lookup, state.Operation?.Kind) switch
    {
        // Another activation has learnt meanwhile that this key has a stored error: a look-up of its own must come first.
        _ when state.Operation is { LastCause: ProviderUncertainty.ServerError } => ProviderStep.None,
        (ProviderStep.FindIntent, ProviderOperationKind.Create) => ProviderStep.CreateIntent,
        (ProviderStep.ReadIntent, ProviderOperationKind.Cancel) => ProviderStep.CancelIntent,
        (ProviderStep.ReadIntent, ProviderOperationKind.Capture) => ProviderStep.CaptureIntent,
        (ProviderStep.ReadIntent, ProviderOperationKind.Refund) => ProviderStep.FindRefund,
        (ProviderStep.FindRefund, ProviderOperationKind.Refund) when state.Refund is null => ProviderStep.Refund,
        _ => ProviderStep.None,
    };

    /// <summary>Every state that a payment never leaves by itself.</summary>
    public static bool IsTerminal(PaymentStatus status) =>
        status is PaymentStatus.Completed or PaymentStatus.Failed or PaymentStatus.Cancelled;

    internal static PaymentState Audited(this PaymentState state, Moment moment, string actor, string @event, string? detail = null) => state with
    {
        UpdatedAt = moment.Now,
        Audit = AuditTrail.Append(
            state.Audit,
            new AuditEntry(moment.Now, actor, @event, state.Status.ToWire(), detail, state.Operation?.KeyFor(state.Id))),
    };

    /// <summary>The try had no definite answer: keep the operation and wait. Gives no verdict on giving up.</summary>
    private static PaymentState Uncertain(
        PaymentState state, ProviderOperation operation, ProviderUncertainty cause, string detail, TimeSpan? retryAfter, Backoff backoff, Moment moment)
    {
        var failures = operation.Failures + 1;
        var kept = state with
        {
            Operation = operation with { Failures = failures, LastCause = cause },
            ProviderDueAt = backoff.Next(moment, failures, retryAfter),
        };
        return kept.Audited(moment, AuditTrail.Provider, "provider_answer_unknown", $"{cause}: {detail}");
    }

    /// <summary>A look-up had no answer. The cause of the operation's own last try decides about its key; a failed read says nothing about that.</summary>
    private static PaymentState LookupFailed(
        PaymentState state, ProviderOperation operation, ProviderUncertainty cause, string detail, TimeSpan? retryAfter, PaymentPolicy policy, Moment moment)
    {
        var waiting = Uncertain(state, operation, cause, detail, retryAfter, policy.OperationRetry, moment);
        return waiting with { Operation = waiting.Operation! with { LastCause = operation.LastCause } };
    }

    /// <summary>Gives the operation a new idempotency key when the old one must not be used again; else returns the state as it is.</summary>
    private static PaymentState WithUsableKey(PaymentState state, PaymentPolicy policy, Moment moment)
    {
        var operation = state.Operation!;
        if (!operation.KeyIsSpent(moment.Now, policy))
            return state;

        var next = operation with { Attempt = operation.Attempt + 1, AttemptBegunAt = moment.Now, LastCause = null };
        return (state with
        {
            Operation = next,
            CancelAttempts = next.Kind == ProviderOperationKind.Cancel ? next.Attempt : state.CancelAttempts,
            RefundAttempts = next.Kind == ProviderOperationKind.Refund ? next.Attempt : state.RefundAttempts,
            CaptureAttempts = next.Kind == ProviderOperationKind.Capture ? next.Attempt : state.CaptureAttempts,
            ProviderDueAt = moment.Now + policy.WriteAheadLease,
        }).Audited(moment, AuditTrail.System, "attempt_begun");
    }

    /// <summary>The one place where a payment becomes <c>CANCELLED</c>.</summary>
    internal static PaymentState Cancelled(PaymentState state, Moment moment, string actor, string detail)
    {
        var cancelled = (state with
        {
            Status = PaymentStatus.Cancelled,
            ProviderDueAt = null,
            IdleReads = 0,
            UpdatedAt = moment.Now,
        }).Audited(moment, actor, "cancelled", detail);
        return Announced(cancelled, moment) with { Operation = null };
    }

    /// <summary>The payment has reached a state that only the provider, the customer or the merchant can move on.</summary>
    private static PaymentState Resting(
        PaymentState state, PaymentStatus status, PaymentPolicy policy, Moment moment, string actor, string @event, string? detail) => Announced(
        (state with
        {
            Status = status,
            Operation = null,
            IdleReads = 0,
            ProviderDueAt = FirstObservation(status, state, policy, moment),
        }).Audited(moment, actor, @event, detail),
        moment);

    /// <summary>Puts the announcement of the present state into the outbox, so that both commit together (design §2.5).</summary>
    internal static PaymentState Announced(PaymentState state, Moment moment)
    {
        // Of a split tender the merchant hears as of one payment.
        if (state.AllocationOf is not null || state.Status == state.AnnouncedStatus || PaymentWebhook.EventOf(state.Status) is not { } name)
            return state;

        return Posted(state with { AnnouncedStatus = state.Status }, name, PaymentWebhook.Body(state.ToView(), name), moment);
    }

    /// <summary>Puts a webhook into the outbox.</summary>
    internal static PaymentState Posted(PaymentState state, string name, string body, Moment moment)
    {
        var entry = new OutboxEntry(
            $"msg_{state.Id:N}_{state.OutboxSequence}",
            name,
            body,
            moment.Now,
            moment.Now,
            TraceParent: state.Cancellation?.TraceParent ?? moment.TraceParent);
        return state with { Outbox = state.Outbox.Add(entry), OutboxSequence = state.OutboxSequence + 1 };
    }

    private static DateTimeOffset? FirstObservation(PaymentStatus status, PaymentState state, PaymentPolicy policy, Moment moment) => status switch
    {
        _ when IsTerminal(status) => null,
        PaymentStatus.Authorized => Later(state.CreatedAt + policy.HoldLifetime, policy.ObservationInterval.Next(moment, 1)),
        _ => policy.ObservationInterval.Next(moment, 1),
    };

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
