using System.Collections.Immutable;
using Payments.Grains.Auditing;
using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Refunds;

/// <summary>What a refund has to do at its provider next.</summary>
public enum RefundStep
{
    /// <summary>Nothing now.</summary>
    None,

    /// <summary>Create it with the current attempt's key.</summary>
    Create,

    /// <summary>Look whether an earlier try left one, before a new key is used: a refund is not idempotent at the provider.</summary>
    Find,

    /// <summary>Read it.</summary>
    Read,
}

/// <summary>
/// The rules of refunds on request as pure functions over the payment that owns them: no more is ever given back than was taken. In the same form as
/// <see cref="PaymentMachine"/>; an answer to a refund that the payment does not know, or that is over, changes nothing.
/// </summary>
public static class RefundMachine
{
    /// <summary>A merchant's request: ownership, repetition, state, amount.</summary>
    public static (RefundPaymentOutcome Outcome, PaymentState State) Request(PaymentState state, Guid refundId, RefundPayment command, Moment moment)
    {
        if (!state.Exists || state.MerchantId != command.MerchantId)
            return (RefundPaymentOutcome.NotFound, state);
        if (Find(state, refundId) is { } known)
            return (IsSame(state, known, command) ? RefundPaymentOutcome.Accepted : RefundPaymentOutcome.TransactionIdUsed, state);
        if (state.Status != PaymentStatus.Completed)
            return (RefundPaymentOutcome.NotRefundable, state);

        var (outcome, parts) = RefundParts.Of(state, command);
        if (outcome != RefundPaymentOutcome.Accepted)
            return (outcome, state);

        var entry = New(refundId, command, parts.Sum(static part => part.AmountMinor), moment);
        return (RefundPaymentOutcome.Accepted, state.IsSplit
            ? Audited(SplitTender.Requested(state, entry, parts, command.Actor, moment), entry, moment, command.Actor, "refund_requested")
            : Owing(state, entry, command.Actor, moment));
    }

    /// <summary>The payment, or the allocation, that owes its provider this refund from now on.</summary>
    internal static PaymentState Owing(PaymentState state, RefundEntry entry, string actor, Moment moment)
    {
        var owed = entry with
        {
            Operation = new ProviderOperation(ProviderOperationKind.Refund, 1, moment.Now, moment.Now),
            DueAt = moment.Now,
        };
        return Audited(state with { Refunds = state.Refunds.Add(owed) }, owed, moment, actor, "refund_requested");
    }

    /// <summary>Whether a repeated request asks for what the known one did. What it leaves open it takes as it was.</summary>
    private static bool IsSame(PaymentState state, RefundEntry known, RefundPayment command)
    {
        if (command.Allocations.IsDefaultOrEmpty)
            return command.AmountMinor is null || command.AmountMinor == known.AmountMinor;

        var parts = state.IsSplit
            ? SplitTender.PartsOf(state, known).ToDictionary(static part => part.Allocation.Id, static part => part.Refund.AmountMinor)
            : new Dictionary<Guid, long> { [PaymentIds.ForAllocation(state.Id, 0)] = known.AmountMinor };
        return command.Allocations.Length == parts.Count
            && command.Allocations.All(named => parts.TryGetValue(named.Id, out var amount) && (named.AmountMinor is null || named.AmountMinor == amount));
    }

    private static RefundEntry New(Guid refundId, RefundPayment command, long amountMinor, Moment moment) => new(
        refundId, command.MerchantTransactionId, amountMinor, command.Reason, command.Source, RefundState.Initiated, Operation: null,
        Provider: null, Failure: null, IdleReads: 0, DueAt: null, moment.Now, moment.Now);

    /// <summary>What was taken and is neither given back nor promised, in minor units.</summary>
    public static long Left(PaymentState state) => state.IsSplit
        ? state.Allocations.Sum(Left)
        : (state.Intent?.AmountReceivedMinor ?? 0) - state.Refunds.Where(static refund => refund.Status != RefundState.Failed).Sum(static refund => refund.AmountMinor);

    /// <summary>The refund with this id, or null.</summary>
    public static RefundEntry? Find(PaymentState state, Guid refundId) => state.Refunds.FirstOrDefault(refund => refund.Id == refundId);

    /// <summary>The first refund that is due, or null.</summary>
    public static RefundEntry? FirstDue(PaymentState state, DateTimeOffset now) => state.Refunds.FirstOrDefault(refund => refund.DueAt <= now);

    /// <summary>What a refund that is due must do. A create repeats its key while the provider knows it, and is looked up afterwards.</summary>
    public static RefundStep Plan(RefundEntry refund, DateTimeOffset now, PaymentPolicy policy) => refund switch
    {
        { DueAt: not { } } => RefundStep.None,
        { DueAt: { } due } when due > now => RefundStep.None,
        { Provider: not null } => RefundStep.Read,
        { Operation: { } operation } when operation.KeyIsSpent(now, policy) || now - operation.BegunAt >= policy.CreateGivenUpAfter => RefundStep.Find,
        { Operation: not null } => RefundStep.Create,
        _ => RefundStep.None,
    };

    /// <summary>The write before a create is sent: another activation that still waits for its own try loses its compare-and-swap.</summary>
    public static PaymentState Begin(PaymentState state, Guid refundId, PaymentPolicy policy, Moment moment) =>
        Find(state, refundId) is { Operation: not null, Provider: null } refund
            ? With(state, refund with { DueAt = moment.Now + policy.WriteAheadLease })
            : state;

    /// <summary>The answer to the create <paramref name="sent"/>.</summary>
    public static PaymentState Answered(
        PaymentState state, Guid refundId, ProviderOperation sent, ProviderResult<RefundSnapshot> answer, PaymentPolicy policy, Moment moment)
    {
        if (Find(state, refundId) is not { Operation: { } operation, Provider: null } refund || operation.Attempt != sent.Attempt)
            return state;

        return answer switch
        {
            ProviderResult<RefundSnapshot>.Success success => Seen(state, refund, success.Value, policy, moment),
            ProviderResult<RefundSnapshot>.Refused refused => Failed(state, refund, $"{refused.Code}: {refused.Message}", refused.Code, moment),
            ProviderResult<RefundSnapshot>.Unknown unknown => Uncertain(state, refund, operation, unknown, unknown.Cause, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    /// <summary>The answer to the look-up made for <paramref name="asked"/>. That there was none is worth nothing once something else was sent.</summary>
    public static PaymentState LookedUp(
        PaymentState state, Guid refundId, ProviderOperation asked, ProviderResult<RefundSnapshot?> answer, PaymentPolicy policy, Moment moment)
    {
        if (Find(state, refundId) is not { Operation: { } operation, Provider: null } refund)
            return state;

        return answer switch
        {
            ProviderResult<RefundSnapshot?>.Success { Value: { } found } => Seen(state, refund, found, policy, moment),
            ProviderResult<RefundSnapshot?>.Success when operation != asked => state,
            ProviderResult<RefundSnapshot?>.Success when moment.Now - operation.BegunAt >= policy.CreateGivenUpAfter =>
                Failed(state, refund, $"given up after {operation.Failures + 1} tries", "given_up", moment),
            ProviderResult<RefundSnapshot?>.Success => TriedAgain(state, refund, operation, moment),
            ProviderResult<RefundSnapshot?>.Unknown unknown => Uncertain(state, refund, operation, unknown, operation.LastCause, policy, moment),
            ProviderResult<RefundSnapshot?>.Refused refused => Uncertain(
                state,
                refund,
                operation,
                new ProviderResult<RefundSnapshot?>.Unknown(ProviderUncertainty.Misconfigured, $"{refused.Code}: {refused.Message}"),
                operation.LastCause,
                policy,
                moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    private static PaymentState TriedAgain(PaymentState state, RefundEntry refund, ProviderOperation operation, Moment moment)
    {
        var again = refund with
        {
            Operation = operation with { Attempt = operation.Attempt + 1, AttemptBegunAt = moment.Now, LastCause = null },
            DueAt = moment.Now,
        };
        return Audited(With(state, again), again, moment, AuditTrail.System, "refund_attempt_begun");
    }

    /// <summary>The answer to a read. A refund can fail after it looked successful (api-facts §3.3); what failed stays failed.</summary>
    public static PaymentState Read(PaymentState state, Guid refundId, ProviderResult<RefundSnapshot> answer, PaymentPolicy policy, Moment moment)
    {
        if (Find(state, refundId) is not { Provider: { } known } refund || refund.Status == RefundState.Failed)
            return state;

        return answer switch
        {
            ProviderResult<RefundSnapshot>.Success success when success.Value.Id == known.Id => Seen(state, refund, success.Value, policy, moment),
            _ when refund.Status == RefundState.Completed => state,
            ProviderResult<RefundSnapshot>.Unknown unknown => Waiting(state, refund, unknown.RetryAfter, policy, moment),
            _ => Waiting(state, refund, null, policy, moment),
        };
    }

    private static PaymentState Seen(PaymentState state, RefundEntry refund, RefundSnapshot seen, PaymentPolicy policy, Moment moment)
    {
        var known = refund with { Provider = seen, Operation = null };
        switch (seen.Status)
        {
            case RefundStatus.Succeeded when refund.Status == RefundState.Completed:
                return state;
            case RefundStatus.Succeeded:
                return Announced(state, known with { Status = RefundState.Completed, DueAt = null, UpdatedAt = moment.Now }, moment, "refund_completed", seen.Id);
            case RefundStatus.Failed or RefundStatus.Canceled:
                return Failed(state, known, $"{seen.Id}: {seen.FailureReason}", seen.FailureReason ?? seen.Status.ToString().ToLowerInvariant(), moment);
            default:
                var waiting = known with
                {
                    Status = RefundState.Pending,
                    DueAt = policy.SettlementWatch.Next(moment, refund.IdleReads + 1),
                    IdleReads = refund.IdleReads + 1,
                };
                return refund.Status == RefundState.Pending
                    ? With(state, waiting)
                    : Announced(state, waiting with { UpdatedAt = moment.Now }, moment, "refund_pending", seen.Id);
        }
    }

    private static PaymentState Failed(PaymentState state, RefundEntry refund, string detail, string failure, Moment moment) => Announced(
        state,
        refund with { Status = RefundState.Failed, Operation = null, Failure = failure, DueAt = null, UpdatedAt = moment.Now },
        moment, "refund_failed", detail);

    private static PaymentState Waiting(PaymentState state, RefundEntry refund, TimeSpan? retryAfter, PaymentPolicy policy, Moment moment) => With(state, refund with
    {
        IdleReads = refund.IdleReads + 1,
        DueAt = policy.SettlementWatch.Next(moment, refund.IdleReads + 1, retryAfter),
    });

    private static PaymentState Uncertain<T>(
        PaymentState state,
        RefundEntry refund,
        ProviderOperation operation,
        ProviderResult<T>.Unknown unknown,
        ProviderUncertainty? cause,
        PaymentPolicy policy,
        Moment moment)
    {
        var failures = operation.Failures + 1;
        var waiting = refund with
        {
            Operation = operation with { Failures = failures, LastCause = cause },
            DueAt = policy.OperationRetry.Next(moment, failures, unknown.RetryAfter),
        };
        return Audited(With(state, waiting), waiting, moment, AuditTrail.Provider, "refund_answer_unknown", $"{unknown.Cause}: {unknown.Detail}");
    }

    /// <summary>A refund that has moved, with the webhook that says so. Of a split tender's refund the merchant hears as of one.</summary>
    internal static PaymentState Announced(PaymentState state, RefundEntry refund, Moment moment, string @event, string detail)
    {
        var moved = With(state, refund);
        if (state.AllocationOf is null)
            moved = PaymentMachine.Posted(moved, RefundWebhook.EventOf(refund.Status), RefundWebhook.Body(moved, refund), moment);
        return Audited(moved, refund, moment, AuditTrail.Provider, @event, detail);
    }

    internal static PaymentState With(PaymentState state, RefundEntry refund)
    {
        var index = state.Refunds.IndexOf(Find(state, refund.Id)!);
        return state with { Refunds = state.Refunds.SetItem(index, refund) };
    }

    private static PaymentState Audited(PaymentState state, RefundEntry refund, Moment moment, string actor, string @event, string? detail = null) => state with
    {
        UpdatedAt = moment.Now,
        Audit = AuditTrail.Append(
            state.Audit,
            new AuditEntry(moment.Now, actor, @event, state.StatusText, $"{refund.Id} {refund.AmountMinor} {detail}".TrimEnd(), refund.Operation?.KeyFor(refund.Id))),
    };
}
