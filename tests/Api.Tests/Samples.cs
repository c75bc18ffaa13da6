using System.Collections.Immutable;

namespace Payments.Api.Tests;

/// <summary>The seeds' own examples.</summary>
internal static class Samples
{
    public static readonly Guid PaymentId = Guid.Parse("770e8400-e29b-41d4-a716-446655440000");
    public static readonly Guid AllocationId = Guid.Parse("cccc1111-2222-3333-4444-555566667777");
    public static readonly Guid MethodId = Guid.Parse("5b1f0c2e-8a44-4c8f-9d0e-0c6f2d9f1a11");

    public const string PaymentPath = "/v2/payments/770e8400-e29b-41d4-a716-446655440000";
    public const string CancelPath = PaymentPath + "/cancel";
    public const string RequestPath = "/api/payhub/v1/payment/request/123";
    public const string RequestsPath = "/api/payhub/v1/payment/request";

    public const string CancelBody =
        """{"paymentCancellationReason":"REQUESTED_BY_CUSTOMER","paymentCancellationMessage":"Customer changed their mind before shipment"}""";

    public const string CreateBody =
        """{"merchantTransactionId":"preauth-20260404-001","amount":25000,"currencyCode":"USD","authorizeCard":true,"""
        + """ "partialAuthorization":true,"description":"Shoes","statementDescriptorSuffix":"ORDER1","""
        + """ "customer":{"hsid":"x","firstName":"J"},"""
        + """ "paymentAllocations":[{"amount":25000,"paymentMethodId":"5b1f0c2e-8a44-4c8f-9d0e-0c6f2d9f1a11"}],"metadata":{"orderId":"1"}}""";

    public const string CreateRequestBody =
        """
        {"Provider":"klarna","PaymentType":"StaticQR","ShortCode":"SHOP-01","Amount":100.00,"TaxAmount":0.00,
         "Currency":"EUR","Country":"GR","Locale":"el-GR","Description":"till 3",
         "Debtor":{"CompanyName":"X SA","Email":"n@example.com"},
         "Store":{"Code":"ATH001","Address":{"City":"Athens","Postal_code":"10434"}},
         "OrderLines":[{"Name":"Item","Quantity":1,"UnitPrice":100.00,"TotalAmount":100.00,"Type":"physical"}]}
        """;

    public static PaymentView Payment(PaymentStatus status) => new(
        PaymentId, ApiServer.Merchant, "preauth-20260404-001", 25000, "USD", status,
        [new AllocationView(AllocationId, 25000, status.ToAllocation())], "merchant-portal", ApiServer.Now, ApiServer.Now);

    public static PaymentRequestView Request(PaymentRequestStatus status) => new(
        27, ApiServer.Merchant, "klarna", "StaticQR", 10000, "EUR", "till 3", status, "RF18539007547034", "https://pay.example/27",
        ApiServer.Now, ApiServer.Now.AddTicks(1234567));
}
