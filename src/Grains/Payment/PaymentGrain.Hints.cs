using Microsoft.Extensions.Logging;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;

namespace Payments.Grains.Payment;

/// <summary>The payment as the owner of an intent that may have moved.</summary>
public sealed partial class PaymentGrain : IProviderHintGrain
{
    /// <inheritdoc />
    public async Task<HintOutcome> HintAsync(ProviderHint hint)
    {
        await durable.RefreshIfUnsureAsync();
        var step = PaymentMachine.PlanAfterHint(durable.State, hint);

        // These write nothing, so no compare-and-swap tells that another activation knows more.
        if (step is HintStep.NotYet or HintStep.NotMine)
        {
            await durable.RefreshAsync();
            step = PaymentMachine.PlanAfterHint(durable.State, hint);
        }

        var outcome = await FollowAsync(step, hint);
        ForgetIfUnknown();
        DispatchOutbox();
        if (durable.State.ProviderDueAt <= time.GetUtcNow())
            WakeSoon();
        if (PaymentMachine.IsTerminal(durable.State.Status) && durable.State.DueAt is null)
            DeactivateOnIdle();
        return outcome;
    }

    private Task<HintOutcome> FollowAsync(HintStep step, ProviderHint hint) => step switch
    {
        HintStep.Nothing => Task.FromResult(HintOutcome.Done),
        HintStep.NotYet => Task.FromResult(HintOutcome.NotYet),
        HintStep.NotMine => Task.FromResult(HintOutcome.NotMine),
        HintStep.ReadIntent or HintStep.AdoptIntent => AdoptAsync(
            intents.RetrieveAsync(hint.ObjectId, policy.ProviderDeadline, CancellationToken.None),
            (state, intent) => PaymentMachine.IntentHinted(state, intent, policy, Moment)),
        HintStep.ReadRefund => AdoptAsync(
            intents.RetrieveRefundAsync(durable.State.Refund!.Id, policy.ProviderDeadline, CancellationToken.None), RefundSeen),
        HintStep.FindRefund => AdoptAsync(
            intents.FindRefundAsync(durable.State.Intent!.Id, Id, policy.ProviderDeadline, CancellationToken.None),
            (state, refund) => refund is null ? state : RefundSeen(state, refund)),
        HintStep.ReadRefunds => ReadRefundsAsync(hint),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step after a hint."),
    };

    private async Task<HintOutcome> ReadRefundsAsync(ProviderHint hint)
    {
        foreach (var refund in PaymentMachine.RefundsHinted(durable.State, hint).Take(CallsPerTurnMax).ToList())
        {
            var outcome = await AdoptAsync(
                intents.RetrieveRefundAsync(refund.Provider!.Id, policy.ProviderDeadline, CancellationToken.None),
                (state, read) => PaymentMachine.RequestedRefundHinted(state, refund.Id, read, policy, Moment));
            if (outcome != HintOutcome.Done)
                return outcome;
        }

        return HintOutcome.Done;
    }

    private PaymentState RefundSeen(PaymentState state, RefundSnapshot refund)
    {
        var after = PaymentMachine.RefundHinted(state, refund, policy, Moment);
        if (!ReferenceEquals(after, state) && PaymentMachine.FailedAfterCancel(state, refund))
            LogFailedAfterCancel(logger, Id, refund.Id, refund.FailureReason);
        return after;
    }

    /// <summary>Adopts a definite answer. Any other leaves the payment as it is: its own due time reads again, and who hinted may hint
    /// again.</summary>
    private async Task<HintOutcome> AdoptAsync<T>(Task<ProviderResult<T>> read, Func<PaymentState, T, PaymentState> adopt)
    {
        if (await read is not ProviderResult<T>.Success answer)
            return HintOutcome.Unreadable;

        await ApplyAsync(state => adopt(state, answer.Value));
        return HintOutcome.Done;
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Payment {PaymentId} is cancelled, but its refund {RefundId} failed afterwards ({Reason}): the customer is charged.")]
    private static partial void LogFailedAfterCancel(ILogger logger, Guid paymentId, string refundId, string? reason);
}
