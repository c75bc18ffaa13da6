using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Payment;

/// <summary>The compensating refund of a payment that was taken although its cancel was accepted. A refund is not idempotent at the
/// provider: it is looked up before it is tried, and every try of one attempt uses one key (design §2.3).</summary>
public static partial class PaymentMachine
{
    /// <summary>Stripe's word for a charge that has nothing left to refund.</summary>
    private const string AlreadyRefunded = "charge_already_refunded";

    /// <summary>The answer to the look-up before a refund: found, or the state whose key the refund is to be sent with. That there was none is
    /// worth nothing once the operation is no longer <paramref name="asked"/>: another activation has sent something since.</summary>
    public static PaymentState RefundLookedUp(
        PaymentState state, ProviderOperation asked, ProviderResult<RefundSnapshot?> answer, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: ProviderOperationKind.Refund } operation)
            return state;

        return answer switch
        {
            ProviderResult<RefundSnapshot?>.Success { Value: { } found } => RefundSeen(state, operation, found, policy, moment),
            ProviderResult<RefundSnapshot?>.Success when operation != asked => state,
            ProviderResult<RefundSnapshot?>.Success => WithUsableKey(state, policy, moment),
            ProviderResult<RefundSnapshot?>.Unknown unknown => ReadFailed(state, unknown.Cause, unknown.Detail, unknown.RetryAfter, policy, moment),
            ProviderResult<RefundSnapshot?>.Refused refused =>
                ReadFailed(state, ProviderUncertainty.Misconfigured, $"{refused.Code}: {refused.Message}", null, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    /// <summary>The answer to the refund <paramref name="sent"/>. A late answer to an earlier attempt says nothing about the present one.</summary>
    public static PaymentState RefundAnswered(
        PaymentState state, ProviderOperation sent, ProviderResult<RefundSnapshot> answer, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: ProviderOperationKind.Refund } operation || operation.Attempt != sent.Attempt)
            return state;

        return answer switch
        {
            ProviderResult<RefundSnapshot>.Success success => RefundSeen(state, operation, success.Value, policy, moment),
            ProviderResult<RefundSnapshot>.Refused { Code: AlreadyRefunded } => Cancelled(state, moment, AuditTrail.Provider, "already refunded in full"),
            ProviderResult<RefundSnapshot>.Refused refused => CancelFailed(state, $"refund refused: {refused.Code}: {refused.Message}", policy, moment),
            ProviderResult<RefundSnapshot>.Unknown unknown => GivenUpOr(
                Uncertain(state, operation, unknown.Cause, unknown.Detail, unknown.RetryAfter, policy.OperationRetry, moment),
                operation, policy.SettlementGivenUpAfter, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    /// <summary>The answer to a read of the refund.</summary>
    public static PaymentState RefundRead(PaymentState state, ProviderResult<RefundSnapshot> answer, PaymentPolicy policy, Moment moment)
    {
        if (state.Operation is not { Kind: ProviderOperationKind.Refund } operation)
            return state;

        return answer switch
        {
            ProviderResult<RefundSnapshot>.Success success => RefundSeen(state, operation, success.Value, policy, moment),
            ProviderResult<RefundSnapshot>.Unknown unknown => ReadFailed(state, unknown.Cause, unknown.Detail, unknown.RetryAfter, policy, moment),
            ProviderResult<RefundSnapshot>.Refused refused =>
                ReadFailed(state, ProviderUncertainty.Misconfigured, $"{refused.Code}: {refused.Message}", null, policy, moment),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
    }

    private static PaymentState RefundSeen(PaymentState state, ProviderOperation operation, RefundSnapshot refund, PaymentPolicy policy, Moment moment)
    {
        var seen = state with { Refund = refund };
        return refund.Status switch
        {
            // Less than everything is not a cancellation: the customer is still charged for the rest.
            RefundStatus.Succeeded when refund.AmountMinor < state.Intent!.AmountReceivedMinor =>
                CancelFailed(seen, $"refund {refund.Id} gave back {refund.AmountMinor} of {state.Intent.AmountReceivedMinor}", policy, moment),
            RefundStatus.Succeeded => Cancelled(seen, moment, AuditTrail.Provider, $"refunded in full by {refund.Id}"),
            RefundStatus.Failed or RefundStatus.Canceled =>
                CancelFailed(seen, $"refund {refund.Id} {refund.Status.ToString().ToLowerInvariant()}: {refund.FailureReason}", policy, moment),
            _ when state.Refund is null => (seen with
            {
                ProviderDueAt = policy.SettlementWatch.Next(moment, 1),
                IdleReads = 0,
            }).Audited(moment, AuditTrail.Provider, "refund_pending", refund.Id),
            _ => GivenUpOr(StillWaiting(seen, policy.SettlementWatch, moment), operation, policy.SettlementGivenUpAfter, policy, moment),
        };
    }
}
