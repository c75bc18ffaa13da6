using System.Collections.Immutable;

namespace Payments;

/// <summary>What a caller may see of a payment request.</summary>
/// <param name="Id">The payment request id.</param>
/// <param name="MerchantId">The merchant that created it.</param>
/// <param name="Provider">Provider name, lower case.</param>
/// <param name="PaymentType">As given at creation.</param>
/// <param name="AmountMinor">Amount in minor units of the currency.</param>
/// <param name="CurrencyCode">ISO 4217 code, upper case.</param>
/// <param name="Description">As given at creation.</param>
/// <param name="Status">Current state.</param>
/// <param name="Paycode">Creditor reference (ISO 11649) that names the request on paper.</param>
/// <param name="Paylink">Where the customer pays, or null when the provider gave none.</param>
/// <param name="CreatedAt">When it was created (UTC).</param>
/// <param name="UpdatedAt">When its state last changed (UTC).</param>
/// <param name="PaymentId">The payment that came of it, which refunds name; null before the customer has paid.</param>
/// <param name="Refunds">Its refunds in the order in which they were asked for; default from an older silo.</param>
[GenerateSerializer, Immutable, Alias("payments.PaymentRequestView")]
public sealed record PaymentRequestView(
    [property: Id(0)] long Id,
    [property: Id(1)] Guid MerchantId,
    [property: Id(2)] string Provider,
    [property: Id(3)] string PaymentType,
    [property: Id(4)] long AmountMinor,
    [property: Id(5)] string CurrencyCode,
    [property: Id(6)] string? Description,
    [property: Id(7)] PaymentRequestStatus Status,
    [property: Id(8)] string Paycode,
    [property: Id(9)] string? Paylink,
    [property: Id(10)] DateTimeOffset CreatedAt,
    [property: Id(11)] DateTimeOffset UpdatedAt,
    [property: Id(12)] long? PaymentId = null,
    [property: Id(13)] ImmutableArray<PayhubRefundView> Refunds = default);

/// <summary>Whether a payment request may be seen by who asks. Payhub tells a foreign merchant that the request exists (seed, 403).</summary>
[GenerateSerializer, Alias("payments.PaymentRequestAccess")]
public enum PaymentRequestAccess
{
    /// <summary>It is theirs.</summary>
    Granted = 0,

    /// <summary>There is none with this id.</summary>
    NotFound = 1,

    /// <summary>It belongs to a different merchant.</summary>
    ForeignMerchant = 2,
}

/// <summary>Answer to <see cref="IPaymentRequestGrain.GetAsync"/>.</summary>
/// <param name="Access">Whether it may be seen.</param>
/// <param name="Request">The request when <see cref="PaymentRequestAccess.Granted"/>, else null.</param>
[GenerateSerializer, Immutable, Alias("payments.GetPaymentRequestResult")]
public sealed record GetPaymentRequestResult(
    [property: Id(0)] PaymentRequestAccess Access,
    [property: Id(1)] PaymentRequestView? Request);
