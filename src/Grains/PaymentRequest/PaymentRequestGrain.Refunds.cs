using Microsoft.Extensions.Logging;
using Payments.Grains.Ports;

namespace Payments.Grains.PaymentRequest;

/// <summary>The payment request as the owner of what was paid. The rules are in <see cref="RequestRefundMachine"/>.</summary>
public sealed partial class PaymentRequestGrain
{
    /// <inheritdoc />
    public async Task<RefundPayhubPaymentResult> RefundAsync(RefundPayhubPayment command, CancellationToken cancellationToken = default)
    {
        var budget = Budget.Of(policy.InlineBudget, time);
        await durable.RefreshIfOlderThanAsync(policy.ReadsTrustMemoryFor);

        // That it is not paid is decided without a write: another activation may have seen it paid.
        if (durable.State.PaymentId is null)
            await durable.RefreshAsync();
        await LearnOrderAsync(command, budget);
        var decision = await durable.DecideAsync(state =>
        {
            var decided = RequestRefundMachine.Request(state, command, policy, Moment);
            return (decided, decided.State);
        });

        var outcome = decision.Outcome ?? await RefundInlineAsync(decision, budget);
        LogRefundAnswered(logger, Id, outcome);
        ForgetIfUnknown();
        var refund = decision.Number is { } number ? RequestRefundMachine.Find(durable.State, number) : null;
        return new RefundPayhubPaymentResult(outcome, refund?.ToView(Id));
    }

    /// <summary>A request that was seen paid before orders were kept has one all the same.</summary>
    private async Task LearnOrderAsync(RefundPayhubPayment command, Budget budget)
    {
        if (durable.State is not { PaymentId: not null, Klarna: { OrderId: null } known } state || state.MerchantId != command.MerchantId)
            return;

        var deadline = budget.Left(policy.ProviderDeadline);
        if (await Klarna.ReadAsync(known.Id, deadline, CancellationToken.None) is ProviderResult<KlarnaRequestSnapshot>.Success read)
            await durable.ApplyAsync(paid => RequestRefundMachine.OrderLearnt(paid, read.Value));
    }

    private async Task<RefundPayhubPaymentOutcome> RefundInlineAsync(RequestRefundDecision decision, Budget budget)
    {
        try
        {
            await RunRefundAsync(decision.Number!.Value, decision.Step, budget);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The answer is lost, the refund is not: its due time makes somebody look for it.
            LogAnswerNotRecorded(logger, error, Id);
            return RefundPayhubPaymentOutcome.Unknown;
        }

        var refund = RequestRefundMachine.Find(durable.State, decision.Number.Value)!;
        return RequestRefundMachine.OutcomeOf(refund) ?? RefundPayhubPaymentOutcome.Unknown;
    }

    private async Task RunDueRefundsAsync()
    {
        for (var calls = 0; calls < CallsPerTurnMax && RequestRefundMachine.FirstDue(durable.State, time.GetUtcNow()) is { } refund; calls++)
            await RunRefundAsync(refund.Number, RequestRefundStep.Find, Budget.Of(policy.ProviderDeadline * 2, time));
    }

    /// <summary>Makes the calls of one refund: the create, or a look-up and, when that finds none, the create.</summary>
    private async Task RunRefundAsync(int number, RequestRefundStep step, Budget budget)
    {
        if (step == RequestRefundStep.Find)
        {
            if (!await FindRefundAsync(number, budget.Left(policy.ProviderDeadline)))
                return;
            await durable.ApplyAsync(state => RequestRefundMachine.Begin(state, number, policy, Moment));
        }

        await CreateRefundAsync(number, budget.Left(policy.ProviderDeadline));
    }

    private async Task<bool> FindRefundAsync(int number, TimeSpan deadline)
    {
        if (RequestRefundMachine.Find(durable.State, number) is not { Operation: { } asked } refund)
            return false;

        PaymentInstruments.Trying(asked);
        var found = await orders.FindRefundAsync(durable.State.Klarna!.OrderId!, refund.ReferenceCode, deadline, CancellationToken.None);
        return await durable.DecideAsync(state => RequestRefundMachine.LookedUp(state, number, asked, found, policy, Moment));
    }

    private async Task CreateRefundAsync(int number, TimeSpan deadline)
    {
        if (RequestRefundMachine.Find(durable.State, number) is not { Operation: { } sent } refund)
            return;

        var made = await orders.RefundAsync(
            durable.State.Klarna!.OrderId!,
            new NewKlarnaRefund(refund.ReferenceCode, refund.AmountMinor, refund.Reason),
            new ProviderCall(sent.KeyFor(refund.ReferenceCode), deadline),
            CancellationToken.None);
        await durable.ApplyAsync(state => RequestRefundMachine.Answered(state, number, sent, made, policy, Moment));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Payment request {PaymentRequestId}: refund answered {Outcome}.")]
    private static partial void LogRefundAnswered(ILogger logger, long paymentRequestId, RefundPayhubPaymentOutcome outcome);
}
