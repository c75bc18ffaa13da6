using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Webhooks;

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
        if (PaymentMachine.IsTerminal(durable.State.Status) && Outboxes.Head(durable.State.Outbox) is null)
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
            intents.RetrieveRefundAsync(durable.State.Refund!.Id, policy.ProviderDeadline, CancellationToken.None),
            (state, refund) => PaymentMachine.RefundHinted(state, refund, policy, Moment)),
        HintStep.FindRefund => AdoptAsync(
            intents.FindRefundAsync(durable.State.Intent!.Id, Id, policy.ProviderDeadline, CancellationToken.None),
            (state, refund) => refund is null ? state : PaymentMachine.RefundHinted(state, refund, policy, Moment)),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step after a hint."),
    };

    /// <summary>Adopts a definite answer. Any other leaves the payment as it is: its own due time reads again, and who hinted may hint again.</summary>
    private async Task<HintOutcome> AdoptAsync<T>(Task<ProviderResult<T>> read, Func<PaymentState, T, PaymentState> adopt)
    {
        if (await read is not ProviderResult<T>.Success answer)
            return HintOutcome.Unreadable;

        await durable.ApplyAsync(state => adopt(state, answer.Value));
        return HintOutcome.Done;
    }
}
