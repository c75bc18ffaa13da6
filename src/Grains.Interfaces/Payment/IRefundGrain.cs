using Orleans.CodeGeneration;

namespace Payments;

/// <summary>
/// The way to a refund by its id (<see cref="PaymentIds.ForRefund"/>). The refund itself belongs to its payment, which alone can tell that no more is given
/// back than was taken; this grain knows which payment that is.
/// </summary>
[Alias("payments.IRefundGrain"), Version(1)]
public interface IRefundGrain : IGrainWithGuidKey
{
    /// <summary>Requests the refund, or returns the one that was requested under this id. Durable before it returns; the provider is called afterwards.</summary>
    [Alias("Create")]
    Task<RefundPaymentResult> CreateAsync(RefundPayment command, CancellationToken cancellationToken = default);

    /// <summary>Reads the refund.</summary>
    /// <returns><see langword="null"/> when it does not exist or belongs to another merchant.</returns>
    [Alias("Get")]
    Task<RefundView?> GetAsync(Guid merchantId, CancellationToken cancellationToken = default);
}
