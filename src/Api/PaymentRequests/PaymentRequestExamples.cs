using System.Collections.Immutable;
using Microsoft.Extensions.Options;

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

    private static readonly DateTimeOffset CreatedAt = new(2026, 6, 17, 9, 30, 0, TimeSpan.Zero);

    /// <summary>The seed's payment request id.</summary>
    public const long Id = 123;

    /// <summary>What a create is checked against by default.</summary>
    public static PaymentRequestRules Rules { get; } = new(Options.Create(new PaymentsApiOptions()));

    /// <summary>A caller.</summary>
    public static PayhubCall Caller { get; } = new(Guid.Parse("b955db5e-aef2-47de-bbb9-c80b9cc16e8f"), "api-key:00000000");

    /// <summary>A Klarna request in a state.</summary>
    public static PaymentRequestView Request(PaymentRequestStatus status) => new(
        Id, Caller.MerchantId, CreatePaymentRequest.KlarnaProvider, "StaticQR", 10000, "EUR", "till 3", status, "RF780000000123",
        "https://pay.klarna.com/eu/hpp/123", CreatedAt, CreatedAt);

    /// <summary>A page with that request.</summary>
    public static PaymentRequestPage Page { get; } = new(
        ImmutableArray.Create(Request(PaymentRequestStatus.Canceled)), new ListPosition(CreatedAt, "7B"));
}
