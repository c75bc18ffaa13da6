using Orleans.Runtime;

namespace Payments.Grains.Refunds;

/// <summary>Which payment a refund belongs to.</summary>
public sealed record RefundPointer
{
    /// <summary>The payment; empty while no refund was requested under this id.</summary>
    public Guid PaymentId { get; init; }
}

/// <summary>See <see cref="IRefundGrain"/>. The claim is durable before the payment hears of the refund: a merchant's transaction id never stands for
/// refunds of two payments.</summary>
[GrainType("refund")]
public sealed class RefundGrain(
    [PersistentState("refund", GrainStorageNames.Payments)] IPersistentState<RefundPointer> storage) : Grain, IRefundGrain
{
    private readonly DurableState<RefundPointer> durable = new(storage);

    /// <inheritdoc />
    public async Task<RefundPaymentResult> CreateAsync(RefundPayment command, CancellationToken cancellationToken = default)
    {
        // An id of a payment that is not this merchant's must not use up its transaction id.
        var payment = GrainFactory.GetGrain<IPaymentGrain>(command.PaymentId);
        if (await payment.GetAsync(command.MerchantId, cancellationToken) is null)
        {
            DeactivateOnIdle();
            return new(RefundPaymentOutcome.NotFound, null, null);
        }

        var claimed = await durable.DecideAsync(state => state.PaymentId == Guid.Empty
            ? (command.PaymentId, state with { PaymentId = command.PaymentId })
            : (state.PaymentId, state));
        return claimed == command.PaymentId
            ? await payment.RefundAsync(this.GetPrimaryKey(), command, cancellationToken)
            : new(RefundPaymentOutcome.TransactionIdUsed, null, null);
    }

    /// <inheritdoc />
    public async Task<RefundView?> GetAsync(Guid merchantId, CancellationToken cancellationToken = default)
    {
        await durable.RefreshIfUnsureAsync();
        if (durable.State.PaymentId != Guid.Empty)
            return await GrainFactory.GetGrain<IPaymentGrain>(durable.State.PaymentId).GetRefundAsync(merchantId, this.GetPrimaryKey(), cancellationToken);

        DeactivateOnIdle();
        return null;
    }
}
