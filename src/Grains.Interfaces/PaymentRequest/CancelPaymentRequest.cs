namespace Payments;

/// <summary>The command behind <c>PATCH /api/payhub/v1/payment/request/{paymentRequestId}</c> with <c>{"Status":"canceled"}</c>.</summary>
/// <param name="MerchantId">The authenticated merchant.</param>
/// <param name="Actor">Who asked, for the audit trail.</param>
/// <param name="CommandId">As in <see cref="CancelPayment"/>, or null.</param>
[GenerateSerializer, Immutable, Alias("payments.CancelPaymentRequest")]
public sealed record CancelPaymentRequest(
    [property: Id(0)] Guid MerchantId,
    [property: Id(1)] string Actor,
    [property: Id(2)] string? CommandId = null);

/// <summary>What became of a cancel: one value per row of the seed's response table.</summary>
[GenerateSerializer, Alias("payments.CancelPaymentRequestOutcome")]
public enum CancelPaymentRequestOutcome
{
    /// <summary>Cancelled at the provider by this call (200 <c>{}</c>).</summary>
    Canceled = 0,

    /// <summary>There is none with this id (404).</summary>
    NotFound = 1,

    /// <summary>It belongs to a different merchant (403).</summary>
    ForeignMerchant = 2,

    /// <summary>Its provider is not Klarna (400).</summary>
    NotKlarna = 3,

    /// <summary>Already cancelled, completed, declined or expired (409).</summary>
    AlreadyFinal = 4,

    /// <summary>The provider failed or did not answer; the cancel goes on in the background (500).</summary>
    Failed = 5,
}
