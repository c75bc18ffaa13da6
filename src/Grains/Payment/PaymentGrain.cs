using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Grains.Ports;
using Payments.Grains.Refunds;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Payment;

/// <summary>
/// One payment. It loads, asks <see cref="PaymentMachine"/>, persists, calls the provider and records the answer; the rules are there.
/// Its turns are exclusive except for reads, so that a cancel that finds another one at the provider waits and then finds it done.
/// </summary>
[GrainType(TypeName)]
public sealed partial class PaymentGrain(
    [PersistentState(PaymentGrain.StateName, GrainStorageNames.Payments)] IPersistentState<PaymentState> storage,
    IPaymentIntents intents,
    IMerchants merchants,
    IWebhookDispatcher webhooks,
    IOptions<PaymentPolicy> options,
    IChance chance,
    TimeProvider time,
    ILogger<PaymentGrain> logger) : Grain, IPaymentGrain, IDueGrain, IOutboxGrain
{
    internal const string TypeName = "payment";
    internal const string StateName = "payment";

    /// <summary>Most provider calls in one turn: a look-up and the calls that may follow it.</summary>
    private const int CallsPerTurnMax = 4;

    /// <summary>Most operations of a split tender in one turn: both cards held and both captured.</summary>
    private const int OperationsPerTurnMax = 2 * SplitTender.AllocationCount;

    private readonly PaymentPolicy policy = options.Value;
    private readonly DurableState<PaymentState> durable = new(storage, time, PaymentInstruments.Stored);

    private Guid Id => this.GetPrimaryKey();

    private Moment Moment => new(time.GetUtcNow(), chance.Next(), TraceParents.Current);

    /// <inheritdoc />
    public async Task<CreatePaymentResult> CreateAsync(CreatePayment command, CancellationToken cancellationToken = default)
    {
        var methods = (command.Split.IsDefaultOrEmpty ? [command.PaymentMethodId] : command.Split.Select(static part => part.PaymentMethodId))
            .Select(method => merchants.FindPaymentMethod(command.MerchantId, method))
            .ToImmutableArray();
        var outcome = await DecideAsync(state => PaymentMachine.Create(state, Id, command, methods, policy, Moment));
        if (outcome != CreatePaymentOutcome.Accepted)
        {
            ForgetIfUnknown();
            return new CreatePaymentResult(outcome, null);
        }

        var answer = new CreatePaymentResult(outcome, durable.State.ToView());
        if (durable.State.Status == PaymentStatus.Initiated)
            WakeSoon();
        return answer;
    }

    /// <inheritdoc />
    public async Task<PaymentView?> GetAsync(Guid merchantId, CancellationToken cancellationToken = default)
    {
        await (PaymentMachine.IsTerminal(durable.State.Status) ? durable.RefreshIfUnsureAsync() : durable.RefreshIfOlderThanAsync(policy.ReadsTrustMemoryFor));
        ForgetIfUnknown();
        return durable.State.Exists && durable.State.MerchantId == merchantId ? durable.State.ToView() : null;
    }

    /// <inheritdoc />
    public async Task<CancelPaymentResult> CancelAsync(CancelPayment command, CancellationToken cancellationToken = default)
    {
        var decision = await DecideCancelAsync(command);

        // A refusal writes nothing, so no compare-and-swap tells that another activation has moved the payment on since this one read it.
        if (decision.Outcome == CancelPaymentOutcome.NotCancellable && !PaymentMachine.IsTerminal(decision.State.Status))
        {
            await durable.RefreshAsync();
            decision = await DecideCancelAsync(command);
        }

        var outcome = decision.CallProvider ? await CancelAtProviderAsync(decision.State) : decision.Outcome;
        PaymentInstruments.CancelAnswered(outcome);
        LogCancelAnswered(logger, Id, outcome, durable.State.Status);

        // The cards of a split tender are released after the answer.
        if (durable.State.IsSplit && durable.State.NextProviderDueAt <= time.GetUtcNow())
            WakeSoon();
        DispatchOutbox();
        ForgetIfUnknown();
        return outcome switch
        {
            CancelPaymentOutcome.Accepted => new(outcome, As(PaymentStatus.CancelInitialized, decision.State), PaymentStatus.CancelInitialized),
            CancelPaymentOutcome.NotFound => new(outcome, null, null),
            _ => new(outcome, null, durable.State.Status),
        };
    }

    /// <inheritdoc />
    public async Task<CapturePaymentResult> CaptureAsync(CapturePayment command, CancellationToken cancellationToken = default)
    {
        var decision = await DecideCaptureAsync(command);
        if (decision.Outcome == CapturePaymentOutcome.NotCapturable && !PaymentMachine.IsTerminal(decision.State.Status))
        {
            await durable.RefreshAsync();
            decision = await DecideCaptureAsync(command);
        }

        var outcome = decision.CallProvider ? await CaptureAtProviderAsync(decision.State) : decision.Outcome;
        LogCaptureAnswered(logger, Id, outcome, durable.State.Status);

        DispatchOutbox();
        ForgetIfUnknown();
        return outcome switch
        {
            CapturePaymentOutcome.Accepted => new(outcome, As(PaymentStatus.CaptureInitialized, decision.State), PaymentStatus.CaptureInitialized),
            CapturePaymentOutcome.NotFound => new(outcome, null, null),
            _ => new(outcome, null, durable.State.Status),
        };
    }

    /// <inheritdoc />
    public async Task<RefundPaymentResult> RefundAsync(Guid refundId, RefundPayment command, CancellationToken cancellationToken = default)
    {
        var outcome = await DecideAsync(state => RefundMachine.Request(state, refundId, command, Moment));

        // As with a cancel: nothing was written, so nothing has told whether this state is still the present one.
        if (outcome == RefundPaymentOutcome.NotRefundable && !PaymentMachine.IsTerminal(durable.State.Status))
        {
            await durable.RefreshAsync();
            outcome = await DecideAsync(state => RefundMachine.Request(state, refundId, command, Moment));
        }

        ForgetIfUnknown();
        if (outcome != RefundPaymentOutcome.Accepted)
            return new(outcome, null, outcome == RefundPaymentOutcome.NotFound ? null : durable.State.Status);

        var refund = RefundMachine.Find(durable.State, refundId)!;
        if (refund.Status == RefundState.Initiated)
            WakeSoon();
        return new(outcome, refund.ToView(durable.State), durable.State.Status);
    }

    /// <inheritdoc />
    public async Task<RefundView?> GetRefundAsync(Guid merchantId, Guid refundId, CancellationToken cancellationToken = default)
    {
        await durable.RefreshIfUnsureAsync();
        ForgetIfUnknown();
        return durable.State.MerchantId == merchantId ? RefundMachine.Find(durable.State, refundId)?.ToView(durable.State) : null;
    }

    /// <inheritdoc />
    public async Task WakeAsync()
    {
        await durable.RefreshIfUnsureAsync();
        var (part, step) = Plan();
        if (step == ProviderStep.None && SplitTender.FirstDueRefund(durable.State, time.GetUtcNow()).Refund is null)
        {
            // Somebody found something due that is not here: another activation may have written.
            await durable.RefreshAsync();
            (part, step) = Plan();
        }

        ForgetIfUnknown();
        Activity.Current.LinkTo(durable.State.Cancellation?.TraceParent ?? Outboxes.Head(durable.State.Outbox)?.TraceParent);
        await PerformAsync(part, step);
        for (var calls = 0; calls < CallsPerTurnMax && SplitTender.FirstDueRefund(durable.State, time.GetUtcNow()) is (var of, { } refund); calls++)
            await PerformAsync(of, refund);
        DispatchOutbox();

        // While its webhook waits at a slow endpoint the row stays due: to the end of the line with it, before it keeps others from being found.
        await ApplyAsync(state => PaymentMachine.DeliveryStillWaiting(state, policy, time.GetUtcNow()));
    }

    /// <inheritdoc />
    public async Task RecordDeliveryAsync(DeliveryReport report)
    {
        await ApplyAsync(state => report.Kind switch
        {
            DeliveryReportKind.Attempted => PaymentMachine.DeliveryAttempted(
                state, report.EntryId, new WebhookAttempt(report.StatusCode, report.RetryAfter, report.Error), Moment),
            DeliveryReportKind.Postponed => PaymentMachine.DeliveryPostponed(state, report.EntryId, time.GetUtcNow() + (report.RetryAfter ?? TimeSpan.Zero)),
            DeliveryReportKind.GivenUp => PaymentMachine.DeliveryGivenUp(state, report.EntryId, report.Error ?? "", Moment),
            _ => state,
        });
        DispatchOutbox();

        // Nothing is left to do for it: at a thousand payments a second they must not all stay in memory until they have been idle for long.
        if (PaymentMachine.IsTerminal(durable.State.Status) && durable.State.DueAt is null)
            DeactivateOnIdle();
    }

    private Task<CancelDecision> DecideCancelAsync(CancelPayment command) => DecideAsync(state =>
    {
        var decided = PaymentMachine.Cancel(state, command, policy, Moment);
        return (decided, decided.State);
    });

    private Task<CaptureDecision> DecideCaptureAsync(CapturePayment command) => DecideAsync(state =>
    {
        var decided = PaymentMachine.Capture(state, command, policy, Moment);
        return (decided, decided.State);
    });

    private Task<CancelPaymentOutcome> CancelAtProviderAsync(PaymentState begun) => TryInlineAsync(
        begun,
        CancelPaymentOutcome.Accepted,
        () => intents.CancelAsync(begun.Intent!.Id, begun.Cancellation!.Reason, Call(begun, policy.InlineBudget), CancellationToken.None),
        answer => DecideAsync(state => PaymentMachine.CancelAnsweredInline(state, begun.Operation!, answer, policy, Moment)));

    private Task<CapturePaymentOutcome> CaptureAtProviderAsync(PaymentState begun) => TryInlineAsync(
        begun,
        CapturePaymentOutcome.Accepted,
        () => intents.CaptureAsync(begun.Intent!.Id, begun.Capture!.AmountMinor, Call(begun, policy.InlineBudget), CancellationToken.None),
        answer => DecideAsync(state => PaymentMachine.CaptureAnsweredInline(state, begun.Operation!, answer, policy, Moment)));

    /// <summary>The inline try of design §5.4. Write 1 is done: whatever happens from here on, the operation goes on without the caller.</summary>
    private async Task<TOutcome> TryInlineAsync<TOutcome>(
        PaymentState begun,
        TOutcome accepted,
        Func<Task<ProviderResult<PaymentIntentSnapshot>>> call,
        Func<ProviderResult<PaymentIntentSnapshot>, Task<TOutcome>> record)
    {
        ProviderResult<PaymentIntentSnapshot>? answer = null;
        TOutcome outcome;
        PaymentInstruments.Trying(begun.Operation!, woken: false);
        try
        {
            answer = await call();
            outcome = await record(answer);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The answer is lost, the operation is not: its due time makes somebody read the intent.
            LogAnswerNotRecorded(logger, error, Id);
            if (answer is not ProviderResult<PaymentIntentSnapshot>.Refused)
                return accepted;

            // A refusal may have been stored all the same, and then 202 would be a promise that nobody keeps: what storage holds decides.
            outcome = await record(answer);
        }

        if (durable.State.ProviderDueAt <= time.GetUtcNow())
            WakeSoon();
        return outcome;
    }

    private (int? Part, ProviderStep Step) Plan() => SplitTender.PlanAfterWake(durable.State, time.GetUtcNow(), policy);

    /// <summary>Makes the calls of one turn. What one card of a split tender has become may make the other one due: they follow each other.</summary>
    private async Task PerformAsync(int? part, ProviderStep step)
    {
        for (var rounds = 0; step != ProviderStep.None && rounds < OperationsPerTurnMax; rounds++)
        {
            if (Part(part).Operation is { } operation)
                PaymentInstruments.Trying(operation, woken: true);
            for (var calls = 0; step != ProviderStep.None && calls < CallsPerTurnMax; calls++)
                step = await CallAsync(part, step);
            (part, step) = durable.State.IsSplit ? Plan() : (null, ProviderStep.None);
        }

        if (durable.State.IsSplit && durable.State.NextProviderDueAt <= time.GetUtcNow())
            WakeSoon();
    }

    private PaymentState Part(int? part) => SplitTender.Part(durable.State, part);

    /// <summary>Makes one provider call for one part of the payment and records its answer.</summary>
    /// <returns>What must follow in the same turn.</returns>
    private async Task<ProviderStep> CallAsync(int? part, ProviderStep step)
    {
        var state = Part(part);
        switch (step)
        {
            case ProviderStep.CreateIntent:
                return await CreateIntentAsync(part);

            case ProviderStep.FindIntent:
                var foundIntent = await FindIntentAsync(state);
                await ApplyAsync(part, s => PaymentMachine.CreateLookedUp(s, state.Operation!, foundIntent, policy, Moment));
                return AfterLookup(part, step, foundIntent is ProviderResult<PaymentIntentSnapshot?>.Success);

            case ProviderStep.ReadIntent:
                var read = await intents.RetrieveAsync(state.Intent!.Id, policy.ProviderDeadline, CancellationToken.None);
                await ApplyAsync(part, s => PaymentMachine.IntentRead(s, read, policy, Moment));
                return AfterLookup(part, step, read is ProviderResult<PaymentIntentSnapshot>.Success);

            case ProviderStep.CancelIntent:
                var cancelled = await intents.CancelAsync(
                    state.Intent!.Id, state.Cancellation!.Reason, Call(state, policy.ProviderDeadline), CancellationToken.None);
                await ApplyAsync(part, s => PaymentMachine.CancelAnswered(s, state.Operation!, cancelled, policy, Moment));
                return ProviderStep.None;

            case ProviderStep.CaptureIntent:
                var captured = await intents.CaptureAsync(
                    state.Intent!.Id, state.Capture!.AmountMinor, Call(state, policy.ProviderDeadline), CancellationToken.None);
                await ApplyAsync(part, s => PaymentMachine.CaptureAnswered(s, state.Operation!, captured, policy, Moment));
                return ProviderStep.None;

            case ProviderStep.FindRefund:
                var foundRefund = await intents.FindRefundAsync(state.Intent!.Id, state.Id, policy.ProviderDeadline, CancellationToken.None);
                await ApplyAsync(part, s => PaymentMachine.RefundLookedUp(s, state.Operation!, foundRefund, policy, Moment));
                return AfterLookup(part, step, foundRefund is ProviderResult<RefundSnapshot?>.Success);

            case ProviderStep.Refund:
                var refunded = await intents.RefundAsync(
                    new NewRefund(Id, state.Intent!.Id, state.Cancellation!.Reason, AllocationId: AllocationOf(state)), Call(state, policy.ProviderDeadline), CancellationToken.None);
                await ApplyAsync(part, s => PaymentMachine.RefundAnswered(s, state.Operation!, refunded, policy, Moment));
                return ProviderStep.None;

            case ProviderStep.ReadRefund:
                var refund = await intents.RetrieveRefundAsync(state.Refund!.Id, policy.ProviderDeadline, CancellationToken.None);
                await ApplyAsync(part, s => PaymentMachine.RefundRead(s, refund, policy, Moment));
                return ProviderStep.None;

            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "Not a provider step.");
        }
    }

    /// <summary>Makes the one call that a refund on request is due for, and records its answer.</summary>
    private async Task PerformAsync(int? part, RefundEntry refund)
    {
        var state = Part(part);
        var intentId = state.Intent!.Id;
        if (refund.Operation is { } owed)
            PaymentInstruments.Trying(owed, woken: true);
        switch (RefundMachine.Plan(refund, time.GetUtcNow(), policy))
        {
            case RefundStep.Create:
                await ApplyAsync(part, s => RefundMachine.Begin(s, refund.Id, policy, Moment));
                if (RefundMachine.Find(Part(part), refund.Id) is not { Operation: { } operation, Provider: null } begun
                    || operation.KeyIsSpent(time.GetUtcNow(), policy))
                    return;

                var call = new ProviderCall(operation.KeyFor(refund.Id), policy.ProviderDeadline);
                var made = await intents.RefundAsync(
                    new NewRefund(Id, intentId, begun.Reason, begun.Id, begun.AmountMinor, AllocationOf(state)), call, CancellationToken.None);
                await ApplyAsync(part, s => RefundMachine.Answered(s, refund.Id, operation, made, policy, Moment));
                return;

            case RefundStep.Find:
                var found = await intents.FindRequestedRefundAsync(intentId, refund.Id, policy.ProviderDeadline, CancellationToken.None);
                await ApplyAsync(part, s => RefundMachine.LookedUp(s, refund.Id, refund.Operation!, found, policy, Moment));
                return;

            case RefundStep.Read:
                var read = await intents.RetrieveRefundAsync(refund.Provider!.Id, policy.ProviderDeadline, CancellationToken.None);
                await ApplyAsync(part, s => RefundMachine.Read(s, refund.Id, read, policy, Moment));
                return;

            default:
                return;
        }
    }

    private async Task<ProviderStep> CreateIntentAsync(int? part)
    {
        var arrivedBefore = await DecideAsync(state =>
        {
            var own = SplitTender.Part(state, part);
            return (own.Status == PaymentStatus.Processing, SplitTender.With(state, part, PaymentMachine.BeginCreate(own, policy, Moment), policy, Moment));
        });
        var begun = Part(part);
        if (begun is not { Status: PaymentStatus.Processing, Operation.Kind: ProviderOperationKind.Create })
            return ProviderStep.None;

        // Another activation has learnt meanwhile that this key has a stored error: when it is due, a look-up comes first.
        if (begun.Operation.KeyIsSpent(time.GetUtcNow(), policy))
            return ProviderStep.None;

        var payment = durable.State;
        var intent = new NewPaymentIntent(
            payment.Id,
            payment.MerchantId,
            begun.AmountMinor,
            payment.CurrencyCode,
            begun.Method!,
            begun.AuthorizeOnly,
            payment.Consent,
            payment.Description,
            payment.StatementDescriptorSuffix,
            payment.Metadata,
            AllocationOf(begun));
        var answer = await intents.CreateAsync(intent, Call(begun, policy.ProviderDeadline), CancellationToken.None);

        // Another state than the one we wrote means that another activation has begun a try of its own.
        await ApplyAsync(part, state => PaymentMachine.CreateAnswered(state, answer, arrivedBefore || state != begun, policy, Moment));
        LogCreateAnswered(logger, Id, durable.State.Status);
        return ProviderStep.None;
    }

    private Task<ProviderResult<PaymentIntentSnapshot?>> FindIntentAsync(PaymentState part) =>
        intents.FindAsync(part.Id, part.Method!.ProviderCustomer, part.CreatedAt, policy.ProviderDeadline, CancellationToken.None);

    private ProviderStep AfterLookup(int? part, ProviderStep lookup, bool answered) =>
        answered ? PaymentMachine.PlanAfterLookup(lookup, Part(part)) : ProviderStep.None;

    private static Guid? AllocationOf(PaymentState state) => state.AllocationOf is null ? null : state.Id;

    private static ProviderCall Call(PaymentState state, TimeSpan deadline) => new(state.Operation!.KeyFor(state.Id), deadline);

    /// <summary>What a 202 shows (seed): the operation as it began, whatever the provider has answered since.</summary>
    private static PaymentView As(PaymentStatus begun, PaymentState state) => SplitTender.As(state, begun).ToView();

    /// <summary>Makes a decision durable, and with it only those of its announcements that the merchant wants.</summary>
    private Task<TDecision> DecideAsync<TDecision>(Func<PaymentState, (TDecision Decision, PaymentState State)> decide) => durable.DecideAsync(before =>
    {
        var (decision, after) = decide(before);
        var outbox = Outboxes.Wanted(before.Outbox, after.Outbox, after.Exists ? merchants.FindWebhookEndpoint(after.MerchantId) : null);
        return (decision, outbox == after.Outbox ? after : after with { Outbox = outbox });
    });

    private async Task ApplyAsync(Func<PaymentState, PaymentState> transition) => await DecideAsync(state => (true, transition(state)));

    /// <summary>Makes a transition of one part of the payment durable, and what follows from it for the whole.</summary>
    private Task ApplyAsync(int? part, Func<PaymentState, PaymentState> transition) =>
        ApplyAsync(state => SplitTender.With(state, part, transition(SplitTender.Part(state, part)), policy, Moment));

    private void DispatchOutbox()
    {
        if (Outboxes.Head(durable.State.Outbox) is { } head && head.NextAttemptAt <= time.GetUtcNow())
            webhooks.Enqueue(this.GetGrainId(), durable.State.MerchantId, head);
    }

    /// <summary>Goes on in a later turn, so that the caller need not wait.</summary>
    private void WakeSoon() => _ = WakeLoggedAsync();

    private async Task WakeLoggedAsync()
    {
        try
        {
            await this.AsReference<IDueGrain>().WakeAsync();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The row is due: a retry shard wakes the grain again.
            LogWakeFailed(logger, error, Id);
        }
    }

    /// <summary>An id that nobody created must not stay in memory because somebody asked for it.</summary>
    private void ForgetIfUnknown()
    {
        if (!durable.State.Exists)
            DeactivateOnIdle();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Payment {PaymentId}: cancel answered {Outcome}, state {Status}.")]
    private static partial void LogCancelAnswered(ILogger logger, Guid paymentId, CancelPaymentOutcome outcome, PaymentStatus status);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Payment {PaymentId}: capture answered {Outcome}, state {Status}.")]
    private static partial void LogCaptureAnswered(ILogger logger, Guid paymentId, CapturePaymentOutcome outcome, PaymentStatus status);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Payment {PaymentId}: create answered, state {Status}.")]
    private static partial void LogCreateAnswered(ILogger logger, Guid paymentId, PaymentStatus status);

    [LoggerMessage(Level = LogLevel.Error, Message = "Payment {PaymentId}: the provider's answer could not be stored; it will be read again.")]
    private static partial void LogAnswerNotRecorded(ILogger logger, Exception error, Guid paymentId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Payment {PaymentId}: going on in the background failed; a retry shard takes over.")]
    private static partial void LogWakeFailed(ILogger logger, Exception error, Guid paymentId);
}
