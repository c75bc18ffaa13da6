using Payments.Grains.ProviderEvents;

namespace Payments.Grains.PaymentRequest;

/// <summary>The payment request as the owner of a Klarna object that may have moved.</summary>
public sealed partial class PaymentRequestGrain : IProviderHintGrain
{
    /// <inheritdoc />
    public async Task<HintOutcome> HintAsync(ProviderHint hint)
    {
        await durable.RefreshIfUnsureAsync();
        var outcome = PaymentRequestMachine.PlanAfterHint(durable.State, hint);

        // These write nothing, so no compare-and-swap tells that another activation knows more.
        if (outcome is HintOutcome.NotYet or HintOutcome.NotMine)
        {
            await durable.RefreshAsync();
            outcome = PaymentRequestMachine.PlanAfterHint(durable.State, hint);
        }

        ForgetIfUnknown();
        if (outcome is { } clear)
            return clear;

        var read = await Klarna.ReadAsync(hint.ObjectId, policy.ProviderDeadline, CancellationToken.None);
        return await durable.DecideAsync(state => PaymentRequestMachine.HintAnswered(state, read, policy, Moment));
    }
}
