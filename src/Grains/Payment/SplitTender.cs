using System.Collections.Immutable;
using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>
/// The rules of a split tender (api-facts §2.2): a sale over two cards that is taken as a whole or not at all. Each allocation follows
/// <see cref="PaymentMachine"/> as a payment of its own; what is here decides what they do together. Both cards are held first and captured when both are
/// held, so that a card that is declined costs the other one a void and no refund.
/// </summary>
public static partial class SplitTender
{
    /// <summary>How many cards there are (api-facts §2.2).</summary>
    public const int AllocationCount = 2;

    /// <summary>The create, for whose amount and methods the caller has looked at nothing yet.</summary>
    internal static (CreatePaymentOutcome Outcome, PaymentState State) Create(
        PaymentState payment, CreatePayment command, ImmutableArray<PaymentMethod> methods, Moment moment)
    {
        if (command.AuthorizeOnly
            || command.Split.Length != AllocationCount
            || methods.Length != AllocationCount
            || methods.Any(static method => method.Kind != PaymentMethodKind.Card)
            || methods.DistinctBy(static method => method.Id).Count() != AllocationCount
            || command.Split.Any(static part => part.AmountMinor < 1)
            || command.Split.Sum(static part => part.AmountMinor) != command.AmountMinor)
            return (CreatePaymentOutcome.InvalidSplit, new PaymentState());

        var allocations = command.Split.Select((part, index) => new PaymentState
        {
            Id = PaymentIds.ForAllocation(payment.Id, index),
            AllocationOf = payment.Id,
            MerchantId = payment.MerchantId,
            AmountMinor = part.AmountMinor,
            CurrencyCode = payment.CurrencyCode,
            AuthorizeOnly = true,
            Method = methods[index],
            Status = PaymentStatus.Initiated,
            CreateAttempts = 1,
            Operation = new ProviderOperation(ProviderOperationKind.Create, 1, moment.Now, moment.Now),
            ProviderDueAt = moment.Now,
            CreatedAt = moment.Now,
        }.Audited(moment, command.Actor, "created"));
        return (CreatePaymentOutcome.Accepted, (payment with { Allocations = [.. allocations] }).Audited(moment, command.Actor, "created"));
    }

    /// <summary>A merchant's cancel. Every card that is held is released, every one that was captured is refunded; what is in flight is known first.
    /// The caller is answered 202: with two cards there is no refusal that would leave everything where it was.</summary>
    internal static PaymentState Cancel(PaymentState payment, CancelPayment command, PaymentPolicy policy, Moment moment)
    {
        var cancelling = payment with
        {
            Cancellation = new Cancellation(
                command.Reason, command.Message, command.Actor, moment.Now, payment.Status, Promised: true, command.CommandId, moment.TraceParent),
            Allocations = [.. payment.Allocations.Select(allocation =>
                allocation.Status == PaymentStatus.CancelFailed ? Release(allocation, command, policy, moment) : allocation)],
        };
        return Settled(
            (cancelling with { Status = PaymentStatus.CancelInitialized }).Audited(moment, command.Actor, "cancel_requested", PaymentMachine.CancelDetail(command)),
            policy,
            moment);
    }

    /// <summary>The payment itself, or one of its allocations.</summary>
    public static PaymentState Part(PaymentState payment, int? index) => index is { } allocation ? payment.Allocations[allocation] : payment;

    /// <summary>The payment after its part <paramref name="index"/> has become <paramref name="after"/>, and all that follows from it.</summary>
    public static PaymentState With(PaymentState payment, int? index, PaymentState after, PaymentPolicy policy, Moment moment)
    {
        if (index is not { } allocation)
            return after;
        return ReferenceEquals(after, payment.Allocations[allocation])
            ? payment
            : Settled(payment with { Allocations = payment.Allocations.SetItem(allocation, after) }, policy, moment);
    }

    /// <summary>What is due at the provider first, and of which part. None when nothing is.</summary>
    public static (int? Part, ProviderStep Step) PlanAfterWake(PaymentState payment, DateTimeOffset now, PaymentPolicy policy)
    {
        for (var index = 0; index < payment.Allocations.Length; index++)
        {
            if (PaymentMachine.PlanAfterWake(payment.Allocations[index], now, policy) is var step and not ProviderStep.None)
                return (index, step);
        }

        return (null, PaymentMachine.PlanAfterWake(payment, now, policy));
    }

    /// <summary>What an allocation has become, and the payment with it.</summary>
    private static PaymentState Settled(PaymentState payment, PaymentPolicy policy, Moment moment)
    {
        if (PaymentMachine.IsTerminal(payment.Status))
            return RefundsFollowed(payment, moment);

        var decided = payment is { Cancellation: null, Rollback: null } && WhyTakenBack(payment.Allocations) is { } why
            ? (payment with { Rollback = new Rollback(why, moment.Now) }).Audited(moment, AuditTrail.System, "rollback_begun", why)
            : payment;
        return Followed(decided with { Allocations = Moved(decided, policy, moment) }, moment);
    }

    /// <summary>Why the other card must be taken back, or null: one was declined, was cancelled behind our back, or could not be captured.</summary>
    private static string? WhyTakenBack(ImmutableArray<PaymentState> allocations)
    {
        var failed = allocations.FirstOrDefault(static allocation =>
            allocation.Status is PaymentStatus.Failed or PaymentStatus.Cancelled || IsUncapturable(allocation));
        return failed is null ? null : $"{failed.Id} {failed.Status.ToWire()} {failed.Intent?.LastErrorCode}".TrimEnd();
    }

    private static bool IsUncapturable(PaymentState allocation) =>
        allocation is { Status: PaymentStatus.Authorized, CaptureAttempts: > 0, Capture: null };

    private static ImmutableArray<PaymentState> Moved(PaymentState payment, PaymentPolicy policy, Moment moment)
    {
        if (payment.Cancellation is { } cancellation)
            return [.. payment.Allocations.Select(allocation => TakenBack(allocation, cancellation, policy, moment))];
        if (payment.Rollback is { } rollback)
        {
            var ours = new Cancellation(
                CancellationReason.AutomatedCancel, rollback.Why, AuditTrail.System, rollback.BegunAt, PaymentStatus.Processing, Promised: true);
            return [.. payment.Allocations.Select(allocation => TakenBack(allocation, ours, policy, moment))];
        }

        return payment.Allocations.All(IsHeldOrMore)
            ? [.. payment.Allocations.Select(allocation => allocation.Status == PaymentStatus.Authorized ? Captured(allocation, policy, moment) : allocation)]
            : payment.Allocations;
    }

    private static bool IsHeldOrMore(PaymentState allocation) =>
        allocation.Status is PaymentStatus.Authorized or PaymentStatus.CaptureInitialized or PaymentStatus.Completed;

    private static PaymentState Captured(PaymentState allocation, PaymentPolicy policy, Moment moment) =>
        PaymentMachine.BeginCapture(allocation, new CaptureRecord(allocation.AmountMinor, AuditTrail.System, moment.Now, CommandId: null), policy, moment) with
        {
            ProviderDueAt = moment.Now,
        };

    /// <summary>An allocation that must not stay: released, refunded, or left until what is in flight is known.</summary>
    private static PaymentState TakenBack(PaymentState allocation, Cancellation cancellation, PaymentPolicy policy, Moment moment)
    {
        var command = new CancelPayment(allocation.MerchantId, cancellation.Reason, cancellation.Message, cancellation.Actor);
        return allocation.Status switch
        {
            PaymentStatus.Initiated or PaymentStatus.Pending => PaymentMachine.Cancelled(
                PaymentMachine.BeginCancel(allocation, command, policy, moment), moment, AuditTrail.System, "never sent to the provider"),

            // A capture without an answer may have been made: the read that comes before a void tells, and a refund follows then.
            PaymentStatus.AuthRequired or PaymentStatus.Authorized or PaymentStatus.Accepted or PaymentStatus.CaptureInitialized =>
                Release(allocation, command, policy, moment),
            PaymentStatus.Completed => PaymentMachine.BeginRefund(
                allocation with { Cancellation = cancellation with { StatusBefore = PaymentStatus.Completed } }, moment),
            _ => allocation,
        };
    }

    /// <summary>Begins the void of one card. Nobody waits for the answer, so it is due at once.</summary>
    private static PaymentState Release(PaymentState allocation, CancelPayment command, PaymentPolicy policy, Moment moment)
    {
        var begun = PaymentMachine.BeginCancel(allocation, command, policy, moment);
        return begun with { Cancellation = begun.Cancellation! with { Promised = true }, ProviderDueAt = moment.Now };
    }

    /// <summary>The payment's state follows from the allocations'.</summary>
    private static PaymentState Followed(PaymentState payment, Moment moment)
    {
        var status = StatusOf(payment);
        if (status == payment.Status)
            return payment;

        var followed = payment with { Status = status };
        switch (status)
        {
            case PaymentStatus.Cancelled:
                return PaymentMachine.Cancelled(payment, moment, AuditTrail.Provider, "every allocation is released or refunded");
            case PaymentStatus.Failed:
                return Failed(followed.Audited(moment, AuditTrail.Provider, "rolled_back", payment.Rollback?.Why), moment);
            case PaymentStatus.CancelFailed:
                return followed.Audited(moment, AuditTrail.System, PaymentMachine.CancelFailedEvent, WhyStuck(payment));
            default:
                return PaymentMachine.Announced(followed.Audited(moment, AuditTrail.Provider, "allocations_moved", Summary(payment)), moment);
        }
    }

    private static PaymentState Failed(PaymentState payment, Moment moment)
    {
        var announced = PaymentMachine.Announced(payment, moment);
        return payment.Allocations.Any(static allocation => allocation.Refund is { Status: RefundStatus.Succeeded })
            ? PaymentMachine.Posted(announced, Webhooks.PaymentWebhook.Refunded, Webhooks.PaymentWebhook.Body(payment.ToView(), Webhooks.PaymentWebhook.Refunded), moment)
            : announced;
    }

    /// <summary>What the trail of each card that could not be taken back says.</summary>
    private static string WhyStuck(PaymentState payment) => string.Join(", ", payment.Allocations
        .Where(static allocation => allocation.Status == PaymentStatus.CancelFailed)
        .Select(static allocation => allocation.Audit.LastOrDefault(static entry => entry.Event == PaymentMachine.CancelFailedEvent)?.Detail));

    private static string Summary(PaymentState payment) => string.Join(", ", payment.Allocations.Select(static allocation => allocation.Status.ToWire()));

    private static PaymentStatus StatusOf(PaymentState payment)
    {
        var allocations = payment.Allocations;
        var isUndone = allocations.All(static allocation => allocation.Status is PaymentStatus.Cancelled or PaymentStatus.Failed);
        var isStuck = !isUndone
            && allocations.All(static allocation => allocation.Status is PaymentStatus.Cancelled or PaymentStatus.Failed or PaymentStatus.CancelFailed);
        if (payment.Cancellation is not null)
            return isUndone ? PaymentStatus.Cancelled : isStuck ? PaymentStatus.CancelFailed : PaymentStatus.CancelInitialized;
        if (payment.Rollback is not null)
            return isUndone ? PaymentStatus.Failed : isStuck ? PaymentStatus.CancelFailed : PaymentStatus.Processing;

        // A sale shows no hold: from the first call on it is being processed, until both cards are captured.
        return allocations switch
        {
            _ when Every(PaymentStatus.Completed) => PaymentStatus.Completed,
            _ when Every(PaymentStatus.Initiated) => PaymentStatus.Initiated,
            _ when IsInFlight() => PaymentStatus.Processing,
            _ when Some(PaymentStatus.Pending) => PaymentStatus.Pending,
            _ when Some(PaymentStatus.Initiated) => PaymentStatus.Processing,
            _ when Some(PaymentStatus.AuthRequired) => PaymentStatus.AuthRequired,
            _ => PaymentStatus.Processing,
        };

        bool Every(PaymentStatus status) => allocations.All(allocation => allocation.Status == status);
        bool Some(PaymentStatus status) => allocations.Any(allocation => allocation.Status == status);
        bool IsInFlight() => Some(PaymentStatus.Processing) || Some(PaymentStatus.CaptureInitialized);
    }
}
