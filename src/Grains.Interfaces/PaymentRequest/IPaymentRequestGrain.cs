using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Payments;

/// <summary>One payment request of the Payhub contract. The grain key is the payment request id.</summary>
[Alias("payments.IPaymentRequestGrain"), Version(1)]
public interface IPaymentRequestGrain : IGrainWithIntegerKey
{
    /// <summary>Creates the request and, for Klarna, the request at the provider.</summary>
    [Alias("Create")]
    Task<CreatePaymentRequestResult> CreateAsync(CreatePaymentRequest command, CancellationToken cancellationToken = default);

    /// <summary>Reads the last durable state, also while a provider call is in flight.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<GetPaymentRequestResult> GetAsync(Guid merchantId, CancellationToken cancellationToken = default);

    /// <summary>Cancels the request. The answer is final: <see cref="CancelPaymentRequestOutcome.Canceled"/> only when the provider's object is.</summary>
    [Alias("Cancel")]
    Task<CancelPaymentRequestOutcome> CancelAsync(CancelPaymentRequest command, CancellationToken cancellationToken = default);

    /// <summary>Gives back a part of what the customer paid. The payment has the request's number. The answer is final unless it is
    /// <see cref="RefundPayhubPaymentOutcome.Unknown"/>.</summary>
    [Alias("Refund")]
    Task<RefundPayhubPaymentResult> RefundAsync(RefundPayhubPayment command, CancellationToken cancellationToken = default);
}

/// <summary>Hands out payment request ids: integers, each once in the life of the cluster. One grain, key 0.</summary>
[Alias("payments.IPaymentRequestIdGrain"), Version(1)]
public interface IPaymentRequestIdGrain : IGrainWithIntegerKey
{
    /// <summary>The next unused id, 1 or more. Ids of a block that a crashed silo held are skipped, never reused.</summary>
    [Alias("Next")]
    Task<long> NextAsync();
}
