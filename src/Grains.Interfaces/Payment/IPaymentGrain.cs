using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Payments;

/// <summary>
/// One payment of the v2 contract. The grain key is the payment id; the grain alone decides every transition of its payment
/// and alone talks to the provider about it, so that two cancels that race become one void.
/// </summary>
[Alias("payments.IPaymentGrain"), Version(1)]
public interface IPaymentGrain : IGrainWithGuidKey
{
    /// <summary>Creates the payment, or returns the one that exists: the key is derived from merchant and <c>merchantTransactionId</c>
    /// (<see cref="PaymentIds.ForTransaction"/>). Durable before it returns; the provider is called afterwards.</summary>
    [Alias("Create")]
    Task<CreatePaymentResult> CreateAsync(CreatePayment command, CancellationToken cancellationToken = default);

    /// <summary>Reads the last durable state, also while a provider call is in flight.</summary>
    /// <returns><see langword="null"/> when the payment does not exist or belongs to another merchant.</returns>
    [Alias("Get"), AlwaysInterleave]
    Task<PaymentView?> GetAsync(Guid merchantId, CancellationToken cancellationToken = default);

    /// <summary>Begins the cancellation, and ends it when the provider answers within the inline budget.
    /// What is answered with <see cref="CancelPaymentOutcome.Accepted"/> is durable and converges without further calls.</summary>
    [Alias("Cancel")]
    Task<CancelPaymentResult> CancelAsync(CancelPayment command, CancellationToken cancellationToken = default);

    /// <summary>Begins the capture of a pre-authorization, and ends it when the provider answers within the inline budget.
    /// What is answered with <see cref="CapturePaymentOutcome.Accepted"/> is durable and converges without further calls.</summary>
    [Alias("Capture")]
    Task<CapturePaymentResult> CaptureAsync(CapturePayment command, CancellationToken cancellationToken = default);

    /// <summary>Requests a refund of this payment; called by <see cref="IRefundGrain"/>, which makes sure that the id stands for one refund only.</summary>
    [Alias("Refund")]
    Task<RefundPaymentResult> RefundAsync(Guid refundId, RefundPayment command, CancellationToken cancellationToken = default);

    /// <summary>Reads a refund of this payment, also while a provider call is in flight.</summary>
    /// <returns><see langword="null"/> when there is none, or the payment belongs to another merchant.</returns>
    [Alias("GetRefund"), AlwaysInterleave]
    Task<RefundView?> GetRefundAsync(Guid merchantId, Guid refundId, CancellationToken cancellationToken = default);
}
