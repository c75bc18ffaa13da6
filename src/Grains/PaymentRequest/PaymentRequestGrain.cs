using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.PaymentRequest;

/// <summary>One payment request. The rules are in <see cref="PaymentRequestMachine"/>.</summary>
[GrainType(TypeName)]
public sealed partial class PaymentRequestGrain(
    [PersistentState(PaymentRequestGrain.StateName, GrainStorageNames.Payments)] IPersistentState<PaymentRequestState> storage,
    KlarnaProducts products,
    IKlarnaOrders orders,
    IOptions<PaymentRequestPolicy> options,
    IChance chance,
    TimeProvider time,
    ILogger<PaymentRequestGrain> logger) : Grain, IPaymentRequestGrain, IDueGrain
{
    internal const string TypeName = "payment-request";
    internal const string StateName = "payment-request";

    /// <summary>Most provider calls in one turn: read, cancel, and the read that a refusal needs.</summary>
    private const int CallsPerTurnMax = 4;

    private readonly PaymentRequestPolicy policy = options.Value;
    private readonly DurableState<PaymentRequestState> durable = new(storage, time, PaymentInstruments.Stored);

    private long Id => this.GetPrimaryKeyLong();

    private IKlarnaPaymentRequests Klarna => products.Of(durable.State.Product);

    private Moment Moment => new(time.GetUtcNow(), chance.Next(), TraceParents.Current);

    /// <inheritdoc />
    public async Task<CreatePaymentRequestResult> CreateAsync(CreatePaymentRequest command, CancellationToken cancellationToken = default)
    {
        await durable.ApplyAsync(state => PaymentRequestMachine.Create(state, Id, command, policy, Moment));
        if (durable.State.Operation is { Kind: RequestOperationKind.Create })
            await RunAsync(RequestStep.Create, Budget.Of(policy.InlineBudget, time));

        var outcome = durable.State switch
        {
            { Status: PaymentRequestStatus.Declined } => CreatePaymentRequestOutcome.ProviderRefused,
            { Operation.Kind: RequestOperationKind.Create } => CreatePaymentRequestOutcome.Unknown,
            _ => CreatePaymentRequestOutcome.Created,
        };
        return new CreatePaymentRequestResult(outcome, durable.State.ToView());
    }

    /// <inheritdoc />
    public async Task<GetPaymentRequestResult> GetAsync(Guid merchantId, CancellationToken cancellationToken = default)
    {
        // What is paid has ended, and may be refunded.
        var canMove = !PaymentRequestMachine.IsFinal(durable.State.Status) || durable.State.PaymentId is not null;
        await (canMove ? durable.RefreshIfOlderThanAsync(policy.ReadsTrustMemoryFor) : durable.RefreshIfUnsureAsync());
        ForgetIfUnknown();
        var state = durable.State;
        if (!state.Exists)
            return new GetPaymentRequestResult(PaymentRequestAccess.NotFound, null);
        return state.MerchantId == merchantId
            ? new GetPaymentRequestResult(PaymentRequestAccess.Granted, state.ToView())
            : new GetPaymentRequestResult(PaymentRequestAccess.ForeignMerchant, null);
    }

    /// <inheritdoc />
    public async Task<CancelPaymentRequestOutcome> CancelAsync(CancelPaymentRequest command, CancellationToken cancellationToken = default)
    {
        var decision = await durable.DecideAsync(state =>
        {
            var decided = PaymentRequestMachine.Cancel(state, command, policy, Moment);
            return (decided, decided.State);
        });
        var outcome = decision.Outcome ?? await CancelAtKlarnaAsync(decision.Step);
        PaymentInstruments.RequestCancelAnswered(outcome);
        LogCancelAnswered(logger, Id, outcome, durable.State.Status);
        ForgetIfUnknown();
        return outcome;
    }

    /// <inheritdoc />
    public async Task WakeAsync()
    {
        await durable.RefreshIfNothingIsDueAsync(time.GetUtcNow());
        ForgetIfUnknown();
        Activity.Current.LinkTo(durable.State.CancelTraceParent);
        var step = PaymentRequestMachine.PlanAfterWake(durable.State, time.GetUtcNow());
        if (step != RequestStep.None && durable.State.Operation is { } operation)
            PaymentInstruments.Trying(operation, woken: true);
        await RunAsync(step, Budget.Of(policy.ProviderDeadline * CallsPerTurnMax, time));
        await RunDueRefundsAsync();
    }

    private async Task<CancelPaymentRequestOutcome> CancelAtKlarnaAsync(RequestStep first)
    {
        PaymentInstruments.Trying(durable.State.Operation!, woken: false);
        try
        {
            await RunAsync(first, Budget.Of(policy.InlineBudget, time));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The answer is lost, the cancel is not: its due time makes somebody read the request.
            LogAnswerNotRecorded(logger, error, Id);
            return CancelPaymentRequestOutcome.Failed;
        }

        return durable.State.Status switch
        {
            PaymentRequestStatus.Canceled => CancelPaymentRequestOutcome.Canceled,
            var status when PaymentRequestMachine.IsFinal(status) => CancelPaymentRequestOutcome.AlreadyFinal,
            _ => CancelPaymentRequestOutcome.Failed,
        };
    }

    private async Task RunAsync(RequestStep step, Budget budget)
    {
        var refused = false;
        for (var calls = 0; step != RequestStep.None && calls < CallsPerTurnMax; calls++)
        {
            var deadline = budget.Left(policy.ProviderDeadline);
            if (deadline <= TimeSpan.Zero)
                return;

            (step, refused) = await PerformAsync(step, refused, deadline);
        }
    }

    /// <summary>Makes one provider call and records its answer.</summary>
    /// <returns>What must follow in the same turn, and whether Klarna has just refused our cancel.</returns>
    private async Task<(RequestStep Next, bool Refused)> PerformAsync(RequestStep step, bool refused, TimeSpan deadline)
    {
        switch (step)
        {
            case RequestStep.Create:
                await durable.ApplyAsync(state => PaymentRequestMachine.BeginCreate(state, policy, Moment));
                if (durable.State is not { Operation: { } operation } begun)
                    return (RequestStep.None, false);

                var request = new NewKlarnaRequest(
                    begun.Id, begun.AmountMinor, begun.CurrencyCode, begun.Country, begun.Locale, begun.Description, begun.OrderLines, begun.ShortCode);
                var created = await Klarna.CreateAsync(request, new ProviderCall(operation.KeyFor(begun.Id), deadline), CancellationToken.None);
                await durable.ApplyAsync(state => PaymentRequestMachine.CreateAnswered(state, created, policy, Moment));
                return (PaymentRequestMachine.PlanAfter(step, durable.State, created is ProviderResult<KlarnaRequestSnapshot>.Success), false);

            case RequestStep.Read:
                var read = await Klarna.ReadAsync(durable.State.Klarna!.Id, deadline, CancellationToken.None);
                await durable.ApplyAsync(state => PaymentRequestMachine.ReadAnswered(state, read, refused, policy, Moment));
                return (PaymentRequestMachine.PlanAfter(step, durable.State, read is ProviderResult<KlarnaRequestSnapshot>.Success), false);

            case RequestStep.Cancel:
                var cancelled = await Klarna.CancelAsync(durable.State.Klarna!.Id, deadline, CancellationToken.None);
                await durable.ApplyAsync(state => PaymentRequestMachine.CancelAnswered(state, cancelled, policy, Moment));
                var nowRefused = cancelled is ProviderResult<KlarnaRequestSnapshot>.Refused;
                return (PaymentRequestMachine.PlanAfter(step, durable.State, nowRefused), nowRefused);

            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step.");
        }
    }

    private void ForgetIfUnknown()
    {
        if (!durable.State.Exists)
            DeactivateOnIdle();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Payment request {PaymentRequestId}: cancel answered {Outcome}, state {Status}.")]
    private static partial void LogCancelAnswered(ILogger logger, long paymentRequestId, CancelPaymentRequestOutcome outcome, PaymentRequestStatus status);

    [LoggerMessage(Level = LogLevel.Error, Message = "Payment request {PaymentRequestId}: Klarna's answer could not be stored; it will be read again.")]
    private static partial void LogAnswerNotRecorded(ILogger logger, Exception error, long paymentRequestId);

    /// <summary>A time that several calls share.</summary>
    private readonly record struct Budget(DateTimeOffset End, TimeProvider Time)
    {
        public static Budget Of(TimeSpan length, TimeProvider time) => new(time.GetUtcNow() + length, time);

        public TimeSpan Left(TimeSpan atMost)
        {
            var left = End - Time.GetUtcNow();
            return left < atMost ? left : atMost;
        }
    }
}
