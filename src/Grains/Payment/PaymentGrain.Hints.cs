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
        var (part, step) = SplitTender.PlanAfterHint(durable.State, hint);

        // These write nothing, so no compare-and-swap tells that another activation knows more.
        if (step is HintStep.NotYet or HintStep.NotMine)
        {
            await durable.RefreshAsync();
            (part, step) = SplitTender.PlanAfterHint(durable.State, hint);
        }

        var outcome = await FollowAsync(part, step, hint);
        ForgetIfUnknown();
        DispatchOutbox();
        if (durable.State.NextProviderDueAt <= time.GetUtcNow())
            WakeSoon();
        if (PaymentMachine.IsTerminal(durable.State.Status) && durable.State.DueAt is null)
            DeactivateOnIdle();
        return outcome;
    }

    private Task<HintOutcome> FollowAsync(int? part, HintStep step, ProviderHint hint) => step switch
    {
        HintStep.Nothing => Task.FromResult(HintOutcome.Done),
        HintStep.NotYet => Task.FromResult(HintOutcome.NotYet),
        HintStep.NotMine => Task.FromResult(HintOutcome.NotMine),
        HintStep.ReadIntent or HintStep.AdoptIntent => AdoptAsync(
            part,
            intents.RetrieveAsync(hint.ObjectId, policy.ProviderDeadline, CancellationToken.None),
            (state, intent) => PaymentMachine.IntentHinted(state, intent, policy, Moment)),
        HintStep.FindIntent => FindIntentAsync(part, hint),
        HintStep.ReadRefund => AdoptAsync(
            part, intents.RetrieveRefundAsync(Part(part).Refund!.Id, policy.ProviderDeadline, CancellationToken.None), RefundSeen),
        HintStep.FindRefund => AdoptAsync(
            part,
            intents.FindRefundAsync(Part(part).Intent!.Id, Part(part).Id, policy.ProviderDeadline, CancellationToken.None),
            (state, refund) => refund is null ? state : RefundSeen(state, refund)),
        HintStep.ReadRefunds => ReadRefundsAsync(part, hint),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step after a hint."),
    };

    /// <summary>A card of a split tender looks for its own intent. When the hint was about the other card's, that one is asked next.</summary>
    private async Task<HintOutcome> FindIntentAsync(int? part, ProviderHint hint)
    {
        var outcome = await AdoptAsync(
            part,
            FindIntentAsync(Part(part)),
            (state, found) => found is null ? state : PaymentMachine.IntentHinted(state, found, policy, Moment));
        if (outcome != HintOutcome.Done || Part(part).Intent?.Id == hint.ObjectId)
            return outcome;

        var (next, step) = SplitTender.PlanAfterHint(durable.State, hint);
        return step == HintStep.FindIntent && next == part ? HintOutcome.NotYet : await FollowAsync(next, step, hint);
    }

    private async Task<HintOutcome> ReadRefundsAsync(int? part, ProviderHint hint)
    {
        foreach (var refund in PaymentMachine.RefundsHinted(Part(part), hint).Take(CallsPerTurnMax).ToList())
        {
            var outcome = await AdoptAsync(
                part,
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

    /// <summary>Adopts a definite answer about one part. Any other leaves the payment as it is: its own due time reads again, and who hinted may hint
    /// again.</summary>
    private async Task<HintOutcome> AdoptAsync<T>(int? part, Task<ProviderResult<T>> read, Func<PaymentState, T, PaymentState> adopt)
    {
        if (await read is not ProviderResult<T>.Success answer)
            return HintOutcome.Unreadable;

        await ApplyAsync(part, state => adopt(state, answer.Value));
        return HintOutcome.Done;
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Payment {PaymentId} is cancelled, but its refund {RefundId} failed afterwards ({Reason}): the customer is charged.")]
    private static partial void LogFailedAfterCancel(ILogger logger, Guid paymentId, string refundId, string? reason);
}
