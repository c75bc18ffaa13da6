using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace Payments.Api.Payments;

/// <summary>What the OpenAPI document shows: the seed's payment, and requests with every field.</summary>
internal static class PaymentExamples
{
    /// <summary>The seed's cancel.</summary>
    public const string Cancel =
        """{"paymentCancellationReason":"REQUESTED_BY_CUSTOMER","paymentCancellationMessage":"Customer changed their mind before shipment"}""";

    /// <summary>A create of the seed's payment.</summary>
    public const string Create =
        """
        {"merchantTransactionId":"preauth-20260404-001","amount":25000,"currencyCode":"USD","authorizeCard":true,"partialAuthorization":true,
         "description":"Running shoes","statementDescriptorSuffix":"ORDER1","customer":{"firstName":"Jo","lastName":"Doe","email":"jo@example.com"},
         "paymentAllocations":[{"amount":25000,"paymentMethodId":"11111111-1111-4111-8111-111111111111"}],
         "consent":{"type":"ONLINE","timestamp":"2026-04-04T12:00:00Z","ipAddress":"192.0.2.1","userAgent":"Browser/1.0"},
         "metadata":{"orderId":"1"}}
        """;

    /// <summary>A capture with every field; amounts are those of allocations, or one of the whole.</summary>
    public const string Capture =
        """{"amount":null,"paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":20000}]}""";

    /// <summary>A refund of the seed's payment with every field; amounts are those of allocations, or one of the whole.</summary>
    public const string CreateRefund =
        """
        {"paymentId":"770e8400-e29b-41d4-a716-446655440000","merchantTransactionId":"refund-20260405-001","amount":null,
         "refundAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":5000}],"reason":"REQUESTED_BY_CUSTOMER"}
        """;

    private static readonly Guid AllocationId = Guid.Parse("cccc1111-2222-3333-4444-555566667777");

    private static readonly DateTimeOffset CreatedAt = new(2026, 4, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The seed's payment id.</summary>
    public static Guid PaymentId { get; } = Guid.Parse("770e8400-e29b-41d4-a716-446655440000");

    /// <summary>Answers with the seed's base URL.</summary>
    public static PaymentReplies Replies { get; } = new(Options.Create(
        new PaymentsApiOptions { PublicBaseUrl = "https://api-stg.uhg.com/api/financial/commerce/nonprodcheckout" }));

    /// <summary>What a create is checked against by default.</summary>
    public static PaymentRules Rules { get; } = new(Options.Create(new PaymentsApiOptions()));

    /// <summary>A caller.</summary>
    public static MerchantCall Caller { get; } = new(Guid.Parse("b955db5e-aef2-47de-bbb9-c80b9cc16e8f"), "merchant-portal", "development");

    /// <summary>The seed's payment in a state.</summary>
    public static PaymentView Payment(PaymentStatus status) => new(
        PaymentId, Caller.MerchantId, "preauth-20260404-001", 25000, "USD", status,
        [new AllocationView(AllocationId, 25000, status.ToAllocation())], Caller.Source, CreatedAt, CreatedAt);

    /// <summary>A refund of the seed's payment.</summary>
    public static RefundView Refund { get; } = new(
        Guid.Parse("990e8400-e29b-41d4-a716-446655440000"), PaymentId, "refund-20260405-001", 5000, CancellationReason.RequestedByCustomer,
        RefundState.Initiated, null, CreatedAt, CreatedAt);

    /// <summary>The seed's payment as its capture begins.</summary>
    public static PaymentView Capturing { get; } =
        Payment(PaymentStatus.CaptureInitialized) with { AuthorizedAmountMinor = 25000, CapturedAmountMinor = 0 };

    /// <summary>A page with the seed's payment.</summary>
    public static PaymentPage Page { get; } = new(
        ImmutableArray.Create(Payment(PaymentStatus.Cancelled)), new ListPosition(CreatedAt, $"{PaymentId:N}"));
}
