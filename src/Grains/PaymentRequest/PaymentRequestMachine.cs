using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.PaymentRequest;

/// <summary>What a payment request has to do at Klarna next.</summary>
public enum RequestStep
{
    /// <summary>Nothing now.</summary>
    None,

    /// <summary>Create the request with the current attempt's key.</summary>
    Create,

    /// <summary>Read the request and follow what it says.</summary>
    Read,

    /// <summary>Cancel the request.</summary>
    Cancel,
}

/// <summary>The decision on a cancel: an outcome that is final now, or null when Klarna decides.</summary>
/// <param name="Outcome">What the caller is told, or null.</param>
/// <param name="State">The state: changed when the cancel begins.</param>
/// <param name="Step">What to do at Klarna first.</param>
public readonly record struct RequestCancelDecision(CancelPaymentRequestOutcome? Outcome, PaymentRequestState State, RequestStep Step);

/// <summary>The rules of a payment request as pure functions, in the same form as <see cref="Payment.PaymentMachine"/>.</summary>
public static partial class PaymentRequestMachine
{
    /// <summary>Every state that a request never leaves.</summary>
    public static bool IsFinal(PaymentRequestStatus status) => status is PaymentRequestStatus.Completed
        or PaymentRequestStatus.Declined or PaymentRequestStatus.Expired or PaymentRequestStatus.Canceled;

    /// <summary>A create. The id is new by construction; a repeated call on the same id changes nothing.</summary>
    public static PaymentRequestState Create(PaymentRequestState state, long id, CreatePaymentRequest command, PaymentRequestPolicy policy, Moment moment)
    {
        if (state.Exists)
            return state;

        var klarna = command.Provider == CreatePaymentRequest.KlarnaProvider;
        var created = new PaymentRequestState
        {
            Id = id,
            MerchantId = command.MerchantId,
            Provider = command.Provider,
            PaymentType = command.PaymentType,
            Product = klarna ? policy.Products.For(command.PaymentType) : default,
            ShortCode = command.ShortCode,
            AmountMinor = command.AmountMinor,
            CurrencyCode = command.CurrencyCode,
            Country = command.Country,
            Locale = command.Locale,
            Description = command.Description,
            OrderLines = command.OrderLines,
            Status = PaymentRequestStatus.Submitted,
            Operation = klarna ? new RequestOperation(RequestOperationKind.Create, 1, moment.Now, moment.Now) : null,
            ProviderDueAt = klarna ? moment.Now + policy.WriteAheadLease : null,
            CreatedAt = moment.Now,
        };
        return Audited(created, moment, command.Actor, "created");
    }

    /// <summary>A merchant's cancel: existence, ownership, provider, state (seed).</summary>
    public static RequestCancelDecision Cancel(PaymentRequestState state, CancelPaymentRequest command, PaymentRequestPolicy policy, Moment moment)
    {
        if (!state.Exists)
            return new(CancelPaymentRequestOutcome.NotFound, state, RequestStep.None);
        if (state.MerchantId != command.MerchantId)
            return new(CancelPaymentRequestOutcome.ForeignMerchant, state, RequestStep.None);
        if (state.Provider != CreatePaymentRequest.KlarnaProvider)
            return new(CancelPaymentRequestOutcome.NotKlarna, state, RequestStep.None);

        // Its answer was lost on the way, not its effect.
        if (state.Status == PaymentRequestStatus.Canceled && command.CommandId is not null && command.CommandId == state.CancelCommandId)
            return new(CancelPaymentRequestOutcome.Canceled, state, RequestStep.None);
        if (IsFinal(state.Status))
            return new(CancelPaymentRequestOutcome.AlreadyFinal, state, RequestStep.None);

        // An earlier cancel has no answer yet: read first, its DELETE may have worked.
        if (state.Status == PaymentRequestStatus.CancelPending)
            return new(null, state, state.Klarna is null ? RequestStep.Create : RequestStep.Read);

        // What an earlier cancel came to was never learnt: read first, here too.
        var step = state.Klarna is null ? RequestStep.Create : state.Status == PaymentRequestStatus.CancelFailed ? RequestStep.Read : RequestStep.Cancel;
        var operation = state.Klarna is not null
            ? new RequestOperation(RequestOperationKind.Cancel, 1, moment.Now, moment.Now)
            : state.Operation! with { Kind = RequestOperationKind.CreateThenCancel };
        var begun = Audited(
            state with
            {
                Status = PaymentRequestStatus.CancelPending,
                StatusBeforeCancel = state.Status,
                CancelCommandId = command.CommandId,
                CancelRequestedAt = moment.Now,
                CancelTraceParent = moment.TraceParent,
                Operation = operation,
                IdleReads = 0,
                ProviderDueAt = moment.Now + policy.WriteAheadLease,
            },
            moment, command.Actor, "cancel_requested");
        return new(null, begun, step);
    }

    /// <summary>What is due after a wake. A cancel that was loaded may have been sent: it reads first. A create repeats its key.</summary>
    public static RequestStep PlanAfterWake(PaymentRequestState state, DateTimeOffset now)
    {
        if (!state.Exists || state.ProviderDueAt is not { } due || due > now)
            return RequestStep.None;

        return state.Operation?.Kind is RequestOperationKind.Create or RequestOperationKind.CreateThenCancel ? RequestStep.Create : RequestStep.Read;
    }

    /// <summary>What follows at once in the same turn.</summary>
    public static RequestStep PlanAfter(RequestStep done, PaymentRequestState state, bool answered) => (done, state.Operation?.Kind) switch
    {
        // Klarna's refusal does not carry the object: only a read tells what it means.
        (RequestStep.Cancel, RequestOperationKind.Cancel) when answered => RequestStep.Read,
        (RequestStep.Create or RequestStep.Read, RequestOperationKind.Cancel) when answered => RequestStep.Cancel,
        _ => RequestStep.None,
    };

    /// <summary>Gives a create a new idempotency key when the old one must not be used again.</summary>
    public static PaymentRequestState BeginCreate(PaymentRequestState state, PaymentRequestPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: RequestOperationKind.Create or RequestOperationKind.CreateThenCancel } operation)
            return state;

        var spent = operation.LastCause == ProviderUncertainty.ServerError || moment.Now - operation.AttemptBegunAt >= policy.IdempotencyKeyLifetime;
        return spent
            ? state with
            {
                Operation = operation with { Attempt = operation.Attempt + 1, AttemptBegunAt = moment.Now, LastCause = null },
                ProviderDueAt = moment.Now + policy.WriteAheadLease,
            }
            : state;
    }

    /// <summary>Klarna's answer to a create.</summary>
    public static PaymentRequestState CreateAnswered(
        PaymentRequestState state, ProviderResult<KlarnaRequestSnapshot> answer, PaymentRequestPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: RequestOperationKind.Create or RequestOperationKind.CreateThenCancel } operation)
            return state;

        return answer switch
        {
            ProviderResult<KlarnaRequestSnapshot>.Success success when operation.Kind == RequestOperationKind.CreateThenCancel => Observed(
                state with { Operation = new RequestOperation(RequestOperationKind.Cancel, 1, moment.Now, moment.Now) },
                success.Value, policy, moment),
            ProviderResult<KlarnaRequestSnapshot>.Success success => Observed(state, success.Value, policy, moment),
            ProviderResult<KlarnaRequestSnapshot>.Refused refused =>
                Final(state, PaymentRequestStatus.Declined, moment, "create_refused", $"{refused.Code}: {refused.Message}"),
            ProviderResult<KlarnaRequestSnapshot>.Unknown unknown => Uncertain(state, operation, unknown, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    /// <summary>Klarna's answer to a cancel. A refusal leaves the decision to the read that follows (<see cref="PlanAfter"/>).</summary>
    public static PaymentRequestState CancelAnswered(
        PaymentRequestState state, ProviderResult<KlarnaRequestSnapshot> answer, PaymentRequestPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: RequestOperationKind.Cancel } operation)
            return state;

        return answer switch
        {

            // Accepted and not done is no answer to rely on.
            ProviderResult<KlarnaRequestSnapshot>.Success { Value.State: (KlarnaRequestState.Submitted or KlarnaRequestState.InProgress) and var open } =>
                Uncertain(state, operation, new(ProviderUncertainty.ServerError, $"accepted, but {open}"), policy, moment),
            ProviderResult<KlarnaRequestSnapshot>.Success success => Observed(state, success.Value, policy, moment),
            ProviderResult<KlarnaRequestSnapshot>.Refused refused =>
                Audited(state, moment, AuditTrail.Provider, "cancel_refused", $"{refused.Code}: {refused.Message}"),
            ProviderResult<KlarnaRequestSnapshot>.Unknown unknown => Uncertain(state, operation, unknown, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    /// <summary>The answer to a read.</summary>
    /// <param name="state">The request.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="afterRefusal">Whether Klarna refused our cancel just before. Then a request that is still open stays open (design §5.5).</param>
    /// <param name="policy">Waits and limits.</param>
    /// <param name="moment">Now.</param>
    public static PaymentRequestState ReadAnswered(
        PaymentRequestState state, ProviderResult<KlarnaRequestSnapshot> answer, bool afterRefusal, PaymentRequestPolicy policy, Moment moment)
    {
        if (IsFinal(state.Status))
            return state;

        return answer switch
        {
            ProviderResult<KlarnaRequestSnapshot>.Success success when afterRefusal => Observed(Returned(state), success.Value, policy, moment),
            ProviderResult<KlarnaRequestSnapshot>.Success success => Observed(state, success.Value, policy, moment),

            // Klarna removes a request when its time is over: nobody can pay it any more.
            ProviderResult<KlarnaRequestSnapshot>.Refused { Code: KlarnaErrorCodes.NotFound } =>
                Final(state, PaymentRequestStatus.Expired, moment, "gone_at_provider", Gone(state, policy, moment)),
            ProviderResult<KlarnaRequestSnapshot>.Refused refused => ReadFailed(
                state, new(ProviderUncertainty.Misconfigured, $"{refused.Code}: {refused.Message}"), policy, moment),
            ProviderResult<KlarnaRequestSnapshot>.Unknown unknown => ReadFailed(state, unknown, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    /// <summary>Klarna's object is known to be as <paramref name="snapshot"/> says. Final states absorb it.</summary>
    public static PaymentRequestState Observed(PaymentRequestState state, KlarnaRequestSnapshot snapshot, PaymentRequestPolicy policy, Moment moment)
    {
        if (IsFinal(state.Status))
            return state;

        // Klarna's answers to reads and cancels need not repeat the link: what the merchant was given stays.
        var seen = state with { Klarna = snapshot with { Url = snapshot.Url ?? state.Klarna?.Url, ExpiresAt = snapshot.ExpiresAt ?? state.Klarna?.ExpiresAt } };
        return snapshot.State switch
        {
            KlarnaRequestState.Canceled => Final(seen, PaymentRequestStatus.Canceled, moment, "canceled", null),
            KlarnaRequestState.Completed => Final(seen, PaymentRequestStatus.Completed, moment, "completed", null),
            KlarnaRequestState.Declined => Final(seen, PaymentRequestStatus.Declined, moment, "declined", null),
            KlarnaRequestState.Expired => Final(seen, PaymentRequestStatus.Expired, moment, "expired", null),
            KlarnaRequestState.Submitted => Open(seen, PaymentRequestStatus.Submitted, policy, moment),
            KlarnaRequestState.InProgress => Open(seen, PaymentRequestStatus.InProgress, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(snapshot), snapshot.State, "Not a Klarna state."),
        };
    }

    private static PaymentRequestState Open(PaymentRequestState state, PaymentRequestStatus status, PaymentRequestPolicy policy, Moment moment)
    {
        // A cancel that is owed goes on; the customer's progress does not stop it.
        if (state.Operation is { Kind: RequestOperationKind.Cancel })
            return state;

        // The merchant's wish still stands, and there is something to cancel after all.
        if (state.Status == PaymentRequestStatus.CancelFailed)
        {
            var again = new RequestOperation(RequestOperationKind.Cancel, 1, moment.Now, moment.Now);
            return Audited(
                state with { Status = PaymentRequestStatus.CancelPending, Operation = again, IdleReads = 0, ProviderDueAt = moment.Now + policy.WriteAheadLease },
                moment, AuditTrail.Provider, "cancellable_again");
        }

        var idle = state.Status == status && state.Operation is null;
        var next = state with
        {
            Status = status,
            Operation = null,
            IdleReads = idle ? state.IdleReads + 1 : 0,
            ProviderDueAt = NextLook(state, idle ? state.IdleReads + 1 : 1, policy, moment),
        };
        return idle ? next : Audited(next, moment, AuditTrail.Provider, "provider_reported", null);
    }

    /// <summary>When its time is over, or for a session earlier: a till waits for it.</summary>
    private static DateTimeOffset NextLook(PaymentRequestState state, int reads, PaymentRequestPolicy policy, Moment moment)
    {
        var end = EndOf(state, policy);
        if (end <= moment.Now)
            return policy.ObservationInterval.Next(moment, reads);

        var look = state.Product == KlarnaProduct.InStoreSession ? policy.SessionWatch.Next(moment, reads) : end;
        return look < end ? look : end;
    }

    private static DateTimeOffset EndOf(PaymentRequestState state, PaymentRequestPolicy policy) => state.Klarna?.ExpiresAt
        ?? state.CreatedAt + (state.Product == KlarnaProduct.InStoreSession ? policy.SessionLifetime : policy.DefaultLifetime);

    private static string Gone(PaymentRequestState state, PaymentRequestPolicy policy, Moment moment) => EndOf(state, policy) <= moment.Now
        ? "by age: Klarna has removed it after its end, so its last state was not read"
        : "Klarna has no such object, although its time is not over";

    private static PaymentRequestState Returned(PaymentRequestState state) =>
        state.Operation is { Kind: RequestOperationKind.Cancel }
            ? state with { Operation = null, StatusBeforeCancel = null, CancelCommandId = null, CancelRequestedAt = null, CancelTraceParent = null }
            : state;

    private static PaymentRequestState ReadFailed(
        PaymentRequestState state, ProviderResult<KlarnaRequestSnapshot>.Unknown unknown, PaymentRequestPolicy policy, Moment moment) =>
        state.Operation is { } operation
            ? Uncertain(state, operation, unknown, policy, moment)
            : state with { IdleReads = state.IdleReads + 1, ProviderDueAt = policy.ObservationInterval.Next(moment, state.IdleReads + 1, unknown.RetryAfter) };

    private static PaymentRequestState Uncertain(
        PaymentRequestState state, RequestOperation operation, ProviderResult<KlarnaRequestSnapshot>.Unknown unknown, PaymentRequestPolicy policy, Moment moment)
    {
        if (moment.Now - operation.BegunAt >= policy.GivenUpAfter)
            return GivenUp(state, operation, policy, moment);

        var failures = operation.Failures + 1;
        return Audited(
            state with
            {
                Operation = operation with { Failures = failures, LastCause = unknown.Cause },
                ProviderDueAt = policy.Retry.Next(moment, failures, unknown.RetryAfter),
            },
            moment, AuditTrail.Provider, "provider_answer_unknown", $"{unknown.Cause}: {unknown.Detail}");
    }

    /// <summary>No answer for longer than any request lives. Without Klarna's id there is nothing to read and never will be; with it there is, and until it
    /// is read nobody can say how the request ended.</summary>
    private static PaymentRequestState GivenUp(PaymentRequestState state, RequestOperation operation, PaymentRequestPolicy policy, Moment moment) =>
        operation.Kind != RequestOperationKind.Cancel
            ? Final(state, PaymentRequestStatus.Expired, moment, "given_up", "by age: no create was answered, so it is not known whether Klarna ever had it")
            : Audited(
                state with
                {
                    Status = PaymentRequestStatus.CancelFailed,
                    Operation = null,
                    IdleReads = 0,
                    ProviderDueAt = policy.ObservationInterval.Next(moment, 1),
                },
                moment, AuditTrail.System, "cancel_given_up", "no answer for longer than any request lives; its state at Klarna is not known");

    private static PaymentRequestState Final(PaymentRequestState state, PaymentRequestStatus status, Moment moment, string @event, string? detail) =>
        Audited(state with { Status = status, ProviderDueAt = null, IdleReads = 0 }, moment, AuditTrail.Provider, @event, detail) with { Operation = null };

    private static PaymentRequestState Audited(PaymentRequestState state, Moment moment, string actor, string @event, string? detail = null) => state with
    {
        UpdatedAt = moment.Now,
        Audit = AuditTrail.Append(
            state.Audit, new AuditEntry(moment.Now, actor, @event, state.StatusText, detail, state.Operation?.KeyFor(state.Id))),
    };
}
