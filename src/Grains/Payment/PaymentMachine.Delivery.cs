using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Payment;

/// <summary>How a payment's webhooks leave it.</summary>
public static partial class PaymentMachine
{
    /// <summary>The result of one delivery attempt.</summary>
    public static PaymentState DeliveryAttempted(PaymentState state, string entryId, WebhookAttempt attempt, Moment moment)
    {
        var outbox = Outboxes.Attempted(state.Outbox, entryId, attempt, moment);
        if (outbox == state.Outbox)
            return state;

        var next = state with { Outbox = outbox };
        return attempt.Delivered
            ? next.Audited(moment, AuditTrail.System, "webhook_delivered", entryId)
            : next.Audited(moment, AuditTrail.System, "webhook_failed", $"{entryId}: {attempt.Error ?? $"http_{attempt.StatusCode}"}");
    }

    /// <summary>A delivery was put off because the endpoint is known to be down.</summary>
    public static PaymentState DeliveryPostponed(PaymentState state, string entryId, DateTimeOffset until)
    {
        var outbox = Outboxes.Postponed(state.Outbox, entryId, until);
        return outbox == state.Outbox ? state : state with { Outbox = outbox };
    }

    /// <summary>A delivery that has been due for long becomes due now. It is not put off: what is overdue longest is found first.</summary>
    public static PaymentState DeliveryStillWaiting(PaymentState state, PaymentPolicy policy, DateTimeOffset now) =>
        Outboxes.Head(state.Outbox) is { } head && head.NextAttemptAt + policy.WriteAheadLease <= now
            ? DeliveryPostponed(state, head.Id, now)
            : state;

    /// <summary>A delivery was given up because there is nowhere to deliver it.</summary>
    public static PaymentState DeliveryGivenUp(PaymentState state, string entryId, string why, Moment moment)
    {
        var outbox = Outboxes.GivenUp(state.Outbox, entryId, why, moment.Now);
        return outbox == state.Outbox ? state : (state with { Outbox = outbox }).Audited(moment, AuditTrail.System, "webhook_given_up", $"{entryId}: {why}");
    }
}
