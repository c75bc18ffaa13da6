using System.Collections.Immutable;

namespace Payments;

/// <summary>The command behind <c>POST /api/payhub/v1/payment/request</c> (api-facts §1.3). Already validated for form.</summary>
/// <param name="MerchantId">The authenticated merchant.</param>
/// <param name="Provider">Provider name, lower case, for instance <c>klarna</c>.</param>
/// <param name="PaymentType"><c>Fixed</c>, <c>DynamicQR</c> or <c>StaticQR</c>.</param>
/// <param name="AmountMinor">Amount in minor units of the currency.</param>
/// <param name="CurrencyCode">ISO 4217 code, upper case.</param>
/// <param name="Country">ISO 3166 code, or null.</param>
/// <param name="Locale">For instance <c>el-GR</c>, or null.</param>
/// <param name="Description">Free text, or null.</param>
/// <param name="OrderLines">What is bought; may be empty.</param>
/// <param name="Actor">Who asked, for the audit trail.</param>
/// <param name="ShortCode">The code that the customer shows at the till, or null.</param>
[GenerateSerializer, Immutable, Alias("payments.CreatePaymentRequest")]
public sealed record CreatePaymentRequest(
    [property: Id(0)] Guid MerchantId,
    [property: Id(1)] string Provider,
    [property: Id(2)] string PaymentType,
    [property: Id(3)] long AmountMinor,
    [property: Id(4)] string CurrencyCode,
    [property: Id(5)] string? Country,
    [property: Id(6)] string? Locale,
    [property: Id(7)] string? Description,
    [property: Id(8)] ImmutableArray<OrderLine> OrderLines,
    [property: Id(9)] string Actor,
    [property: Id(10)] string? ShortCode = null)
{
    /// <summary>The one provider whose requests can be cancelled (seed).</summary>
    public const string KlarnaProvider = "klarna";
}

/// <summary>One line of an order.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPriceMinor">Price of one, in minor units.</param>
/// <param name="TotalAmountMinor">Price of the line, in minor units.</param>
[GenerateSerializer, Immutable, Alias("payments.OrderLine")]
public sealed record OrderLine(
    [property: Id(0)] string Name,
    [property: Id(1)] int Quantity,
    [property: Id(2)] long UnitPriceMinor,
    [property: Id(3)] long TotalAmountMinor);

/// <summary>What became of a create.</summary>
[GenerateSerializer, Alias("payments.CreatePaymentRequestOutcome")]
public enum CreatePaymentRequestOutcome
{
    /// <summary>Created.</summary>
    Created = 0,

    /// <summary>The provider refused it; the request is <see cref="PaymentRequestStatus.Declined"/>.</summary>
    ProviderRefused = 1,

    /// <summary>The provider did not answer in time; the request is kept and resolved in the background.</summary>
    Unknown = 2,
}

/// <summary>Answer to <see cref="IPaymentRequestGrain.CreateAsync"/>.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Request">The request in every case, so that it can be read later.</param>
[GenerateSerializer, Immutable, Alias("payments.CreatePaymentRequestResult")]
public sealed record CreatePaymentRequestResult(
    [property: Id(0)] CreatePaymentRequestOutcome Outcome,
    [property: Id(1)] PaymentRequestView Request);
