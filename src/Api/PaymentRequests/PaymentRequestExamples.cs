using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Payments.Api.Http;

namespace Payments.Api.PaymentRequests;

/// <summary>What the OpenAPI document shows: the seed's cancel, and a create with every field (api-facts §1.3).</summary>
internal static class PaymentRequestExamples
{
    /// <summary>The seed's cancel.</summary>
    public const string Cancel = """{ "Status": "canceled" }""";

    /// <summary>A create of a Klarna request.</summary>
    public const string Create =
        """
        {"Provider":"klarna","PaymentType":"StaticQR","ShortCode":"SHOP-01","Amount":100.00,"TaxAmount":0.00,"Currency":"EUR","Country":"GR",
         "Locale":"el-GR","Description":"till 3",
         "Debtor":{"CompanyName":"X SA","Name":"N N","VRN":"094000000","Email":"n@example.com","Phone":"+302100000000"},
         "Store":{"Code":"ATH001","TerminalCode":"TERM1234",
          "Address":{"City":"Athens","Country":"GR","Postal_code":"10434","Street_address":"Ermou 1"}},
         "OrderLines":[{"Name":"Item","Quantity":1,"UnitPrice":100.00,"TotalAmount":100.00,"Type":"physical"}]}
        """;

    /// <summary>A refund, as the public document shows it.</summary>
    public const string Refund = """{ "Amount": 10.5, "Reason": "Customer requested refund" }""";

    private static readonly DateTimeOffset CreatedAt = new(2026, 6, 17, 9, 30, 0, TimeSpan.Zero);

    /// <summary>The seed's payment request id.</summary>
    public const long Id = 123;

    /// <summary>What a create is checked against by default.</summary>
    public static PaymentRequestRules Rules { get; } = new(Options.Create(new PaymentsApiOptions()));

    /// <summary>The currency of <see cref="Request"/>.</summary>
    public static Currency Currency { get; } = Currency.TryFind("EUR", out var euro) ? euro : throw new InvalidOperationException("EUR is a currency.");

    /// <summary>A refund that was made.</summary>
    public static PayhubRefundView RefundView { get; } = new(
        Id * 1000 + 1, "6f1c0a6be2f84d1d9a3c5b7e8d9f0a12", 1050, PayhubRefundStatus.Succeeded, "1f0bdf40-9d5d-4c33-a2c4-0f8f9c9f1e55", Id,
        CreatedAt.AddHours(1));

    /// <summary>A caller.</summary>
    public static PayhubCall Caller { get; } = new(Guid.Parse("b955db5e-aef2-47de-bbb9-c80b9cc16e8f"), "api-key:00000000");

    /// <summary>A Klarna request in a state.</summary>
    public static PaymentRequestView Request(PaymentRequestStatus status) => new(
        Id, Caller.MerchantId, CreatePaymentRequest.KlarnaProvider, "StaticQR", 10000, "EUR", "till 3", status, "RF780000000123",
        "https://pay.klarna.com/eu/hpp/123", CreatedAt, CreatedAt);

    /// <summary>A request that was paid, and its one refund.</summary>
    public static PaymentRequestView Paid { get; } =
        Request(PaymentRequestStatus.Completed) with { PaymentId = Id, Refunds = ImmutableArray.Create(RefundView) };

    /// <summary>A page with that request.</summary>
    public static PaymentRequestPage Page { get; } = new(
        ImmutableArray.Create(Request(PaymentRequestStatus.Canceled)), new ListPosition(CreatedAt, "7B"));
}
