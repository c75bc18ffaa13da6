using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.PaymentRequest;

/// <summary>What a refund of a paid request has to do at Klarna next.</summary>
public enum RequestRefundStep
{
    /// <summary>Nothing now.</summary>
    None,

    /// <summary>Create it with the current attempt's key.</summary>
    Create,

    /// <summary>Look whether an earlier try left one: nothing is tried twice without that.</summary>
    Find,
}

/// <summary>The decision on a refund: an outcome that is final now, or null when Klarna decides.</summary>
/// <param name="Outcome">What the caller is told, or null.</param>
/// <param name="Number">The refund that is meant, where there is one.</param>
/// <param name="State">The state: changed when a refund begins.</param>
/// <param name="Step">What to do at Klarna first.</param>
public readonly record struct RequestRefundDecision(
    RefundPayhubPaymentOutcome? Outcome, int? Number, PaymentRequestState State, RequestRefundStep Step);

/// <summary>The rules of refunds of a paid request as pure functions: never more is given back than was paid, and nothing is tried again before it was
/// looked for. An answer to a refund that is over changes nothing.</summary>
public static class RequestRefundMachine
{
    /// <summary>A merchant's request: existence, ownership, provider, repetition, amount.</summary>
    public static RequestRefundDecision Request(PaymentRequestState state, RefundPayhubPayment command, PaymentRequestPolicy policy, Moment moment)
    {
        if (!state.Exists)
            return Refusal(RefundPayhubPaymentOutcome.NotFound);
        if (state.MerchantId != command.MerchantId)
            return Refusal(RefundPayhubPaymentOutcome.ForeignMerchant);
        if (state.Provider != CreatePaymentRequest.KlarnaProvider)
            return Refusal(RefundPayhubPaymentOutcome.NotKlarna);
        if (state.PaymentId is null)
            return Refusal(RefundPayhubPaymentOutcome.NotFound);

        if (state.Refunds.FirstOrDefault(refund => refund.CommandId == command.CommandId) is { } known)
            return new(known.AmountMinor == command.AmountMinor ? OutcomeOf(known) : RefundPayhubPaymentOutcome.Refused, known.Number, state, RequestRefundStep.Find);
        if (command.AmountMinor <= 0 || command.AmountMinor > Left(state) || state.Refunds.Length == RequestRefund.NumberMax)
            return Refusal(RefundPayhubPaymentOutcome.AmountTooLarge);

        // Without an order there is nothing to refund from, and no read has found one.
        if (state.Klarna?.OrderId is null)
            return Refusal(RefundPayhubPaymentOutcome.Refused);

        var refund = new RequestRefund(
            state.Refunds.Length + 1, command.CommandId, RequestRefund.ReferenceFor(state.Id, command.CommandId), command.AmountMinor, command.Reason,
            PayhubRefundStatus.Pending, new RefundOperation(1, moment.Now, moment.Now), ProviderRefundId: null, Failure: null,
            DueAt: moment.Now + policy.WriteAheadLease, moment.Now, moment.Now);
        var begun = Audited(state with { Refunds = state.Refunds.Add(refund) }, refund, moment, command.Actor, "refund_requested", refund.Reason);
        return new(null, refund.Number, begun, RequestRefundStep.Create);

        RequestRefundDecision Refusal(RefundPayhubPaymentOutcome outcome) => new(outcome, null, state, RequestRefundStep.None);
    }

    /// <summary>What was paid and is neither given back nor promised, in minor units.</summary>
    public static long Left(PaymentRequestState state) =>
        state.AmountMinor - state.Refunds.Where(static refund => refund.Status != PayhubRefundStatus.Failed).Sum(static refund => refund.AmountMinor);

    /// <summary>The refund with this number, or null.</summary>
    public static RequestRefund? Find(PaymentRequestState state, int number) => state.Refunds.FirstOrDefault(refund => refund.Number == number);

    /// <summary>The first refund that is due, or null.</summary>
    public static RequestRefund? FirstDue(PaymentRequestState state, DateTimeOffset now) => state.Refunds.FirstOrDefault(refund => refund.DueAt <= now);

    /// <summary>When the first of them is due, or null.</summary>
    public static DateTimeOffset? FirstDueAt(PaymentRequestState state) => state.Refunds.Min(static refund => refund.DueAt);

    /// <summary>What a caller is told of a refund, or null while Klarna decides.</summary>
    public static RefundPayhubPaymentOutcome? OutcomeOf(RequestRefund refund) => refund.Status switch
    {
        PayhubRefundStatus.Succeeded => RefundPayhubPaymentOutcome.Succeeded,
        PayhubRefundStatus.Failed => RefundPayhubPaymentOutcome.Refused,
        _ => null,
    };

    /// <summary>The order of a request that was stored as paid without one, by a later read.</summary>
    public static PaymentRequestState OrderLearnt(PaymentRequestState state, KlarnaRequestSnapshot snapshot) =>
        state is { PaymentId: not null, Klarna: { OrderId: null } known } && snapshot.OrderId is not null && snapshot.Id == known.Id
            ? state with { Klarna = known with { OrderId = snapshot.OrderId } }
            : state;

    /// <summary>The write before a create is sent: it claims the time that the call takes, and a new key where the old one must not be used again.</summary>
    public static PaymentRequestState Begin(PaymentRequestState state, int number, PaymentRequestPolicy policy, Moment moment)
    {
        if (Find(state, number) is not { Operation: { } operation } refund)
            return state;

        var usable = operation.KeyIsSpent(moment.Now, policy)
            ? operation with { Attempt = operation.Attempt + 1, AttemptBegunAt = moment.Now, LastCause = null }
            : operation;
        return With(state, refund with { Operation = usable, DueAt = moment.Now + policy.WriteAheadLease });
    }

    /// <summary>Klarna's answer to the create <paramref name="sent"/>.</summary>
    public static PaymentRequestState Answered(
        PaymentRequestState state, int number, RefundOperation sent, ProviderResult<KlarnaRefundSnapshot> answer, PaymentRequestPolicy policy, Moment moment)
    {
        if (Find(state, number) is not { Operation: { } operation } refund || operation.Attempt != sent.Attempt)
            return state;

        return answer switch
        {
            ProviderResult<KlarnaRefundSnapshot>.Success success => Succeeded(state, refund, success.Value, moment),
            ProviderResult<KlarnaRefundSnapshot>.Refused refused => Failed(state, refund, refused.Code, $"{refused.Code}: {refused.Message}", moment),
            ProviderResult<KlarnaRefundSnapshot>.Unknown unknown => Uncertain(state, refund, operation, unknown, unknown.Cause, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    /// <summary>The answer to the look-up made for <paramref name="asked"/>.</summary>
    /// <returns>Whether there certainly is none, so that a create may follow.</returns>
    public static (bool MayCreate, PaymentRequestState State) LookedUp(
        PaymentRequestState state, int number, RefundOperation asked, ProviderResult<KlarnaRefundSnapshot?> answer, PaymentRequestPolicy policy, Moment moment)
    {
        if (Find(state, number) is not { Operation: { } operation } refund)
            return (false, state);

        return answer switch
        {
            ProviderResult<KlarnaRefundSnapshot?>.Success { Value: { } found } => (false, Succeeded(state, refund, found, moment)),

            // Something else was sent since: that there was none is worth nothing.
            ProviderResult<KlarnaRefundSnapshot?>.Success when operation != asked => (false, state),
            ProviderResult<KlarnaRefundSnapshot?>.Success when moment.Now - operation.BegunAt >= policy.RefundGivenUpAfter =>
                (false, Failed(state, refund, "given_up", $"given up after {operation.Failures} tries, Klarna has none", moment)),
            ProviderResult<KlarnaRefundSnapshot?>.Success => (true, state),
            ProviderResult<KlarnaRefundSnapshot?>.Unknown unknown =>
                (false, Uncertain(state, refund, operation, unknown, operation.LastCause, policy, moment)),

            // An order that Klarna does not know any more says nothing about what was sent of it.
            ProviderResult<KlarnaRefundSnapshot?>.Refused refused => (false, Uncertain(
                state, refund, operation,
                new ProviderResult<KlarnaRefundSnapshot?>.Unknown(ProviderUncertainty.Misconfigured, $"{refused.Code}: {refused.Message}"),
                operation.LastCause, policy, moment)),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    private static PaymentRequestState Succeeded(PaymentRequestState state, RequestRefund refund, KlarnaRefundSnapshot made, Moment moment)
    {
        var done = refund with
        {
            Status = PayhubRefundStatus.Succeeded, Operation = null, ProviderRefundId = made.Id, DueAt = null, UpdatedAt = moment.Now,
        };
        return Audited(With(state, done), done, moment, AuditTrail.Provider, "refund_succeeded", made.Id);
    }

    private static PaymentRequestState Failed(PaymentRequestState state, RequestRefund refund, string failure, string detail, Moment moment)
    {
        var failed = refund with
        {
            Status = PayhubRefundStatus.Failed, Operation = null, Failure = failure, DueAt = null, UpdatedAt = moment.Now,
        };
        return Audited(With(state, failed), failed, moment, AuditTrail.Provider, "refund_failed", detail);
    }

    private static PaymentRequestState Uncertain<T>(
        PaymentRequestState state,
        RequestRefund refund,
        RefundOperation operation,
        ProviderResult<T>.Unknown unknown,
        ProviderUncertainty? cause,
        PaymentRequestPolicy policy,
        Moment moment)
    {
        var failures = operation.Failures + 1;
        var waiting = refund with
        {
            Operation = operation with { Failures = failures, LastCause = cause },
            DueAt = policy.Retry.Next(moment, failures, unknown.RetryAfter),
        };
        return Audited(With(state, waiting), waiting, moment, AuditTrail.Provider, "refund_answer_unknown", $"{unknown.Cause}: {unknown.Detail}");
    }

    private static PaymentRequestState With(PaymentRequestState state, RequestRefund refund) =>
        state with { Refunds = state.Refunds.SetItem(refund.Number - 1, refund) };

    private static PaymentRequestState Audited(
        PaymentRequestState state, RequestRefund refund, Moment moment, string actor, string @event, string? detail) => state with
    {
        UpdatedAt = moment.Now,
        Audit = AuditTrail.Append(state.Audit, new AuditEntry(
            moment.Now, actor, @event, state.StatusText, $"refund {refund.Number}, {refund.AmountMinor}{(detail is null ? "" : $": {detail}")}",
            refund.Operation?.KeyFor(refund.ReferenceCode))),
    };
}
