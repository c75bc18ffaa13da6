using System.Security.Cryptography;
using System.Text;
using Payments.Chaos.Checking;

namespace Payments.Chaos.Tests;

/// <summary>Evidence of a run in which everything went well, to be spoilt by tests: one payment and one payment request, each cancelled once.</summary>
internal static class Sample
{
    public const string PaymentId = "770e8400-e29b-41d4-a716-446655440000";
    public const string AllocationId = "cccc1111-2222-3333-4444-555566667777";
    public const string RequestId = "17";
    public const string Intent = "pi_1";
    public const string Klarna = "krn:1";
    public const string CancelKey = "770e8400e29b41d4a716446655440000-cancel-1";
    private const string CreateKey = "770e8400e29b41d4a716446655440000-create-1";
    private const string Reason = "DUPLICATE: cancel 1";
    private const string Secret = "whsec_c2VjcmV0";

    public static readonly Guid Merchant = Guid.Parse("b955db5e-aef2-47de-bbb9-c80b9cc16e8f");
    public static readonly Guid Other = Guid.Parse("0e2f7c41-52d6-4b0a-9d2a-6f3b8f1a7c55");
    public static readonly DateTimeOffset Start = new(2026, 4, 4, 12, 0, 0, TimeSpan.Zero);

    public const string Body =
        $$$"""{"name":"PAYMENT_CANCELLED","source":"shop","payload":{"id":"{{{PaymentId}}}","merchantTransactionId":"order-1","amount":25000,"status":"CANCELLED","paymentAllocations":[{"id":"{{{AllocationId}}}","amount":25000,"status":"CANCELED"}]}}""";

    public static Attempt Create { get; } = Try(CallKind.Create, 0, 202, Shown("INITIATED"));

    public static Attempt Read { get; } = Try(CallKind.Read, 1, 200, Shown("AUTHORIZED"));

    public static Attempt Cancel { get; } = Try(CallKind.Cancel, 2, 202, Shown("CANCEL_INITIALIZED")) with { Reason = Reason };

    public static Attempt ReadAfter { get; } = Try(CallKind.Read, 4, 200, Shown("CANCELLED"));

    public static StoredRow Row { get; } = new()
    {
        Id = PaymentId,
        Contract = Contract.Payments,
        Reference = "order-1",
        Merchant = Merchant,
        Status = "CANCELLED",
        AmountMinor = 25_000,
        ProviderObjectId = Intent,
        Audit =
        [
            new(At(0), "shop-till-0", "created", "INITIATED", null, CreateKey),
            new(At(0.1), "system", "create_begun", "PROCESSING", null, CreateKey),
            new(At(0.2), "provider", "provider_reported", "AUTHORIZED", null, null),
            new(At(2), "shop-till-0", "cancel_requested", "CANCEL_INITIALIZED", Reason, CancelKey),
            new(At(2.2), "provider", "cancelled", "CANCELLED", "cancelled at the provider", CancelKey),
            new(At(3), "system", "webhook_delivered", "CANCELLED", "msg_1", null),
        ],
    };

    public static ProviderObject Held { get; } = new(Intent, PaymentId,
    [
        new(1, At(0.15), "payment_intent.create", Intent, 25_000, CreateKey),
        new(2, At(0.15), "payment_intent.authorized", Intent, 25_000, CreateKey),
    ]);

    public static ProviderObject Voided { get; } = After(Held, new ProviderOperation(3, At(2.1), "payment_intent.cancel", Intent, 25_000, CancelKey));

    public static Delivery Webhook { get; } = Signed("msg_1", Body) with { Sequence = 2 };

    public static Delivery Authorized { get; } = Signed(
        "msg_0", Body.Replace("CANCELLED", "AUTHORIZED", StringComparison.Ordinal).Replace("CANCELED", "AUTHORIZED", StringComparison.Ordinal), at: 0.5);

    public static Case Payment { get; } = new(
        new Order("order-1", Contract.Payments, Merchant, 25_000, "shop"), PaymentId, AllocationId,
        [Create, Read, Cancel, ReadAfter], [Row], [Voided], [Webhook]);

    public static Case Request { get; } = new(
        new Order("request-1", Contract.Payhub, Merchant, 500, "shop"), RequestId, null,
        [
            RequestTry(CallKind.Create, 0, 200, """{"PaymentRequestId":17,"Status":"submitted"}"""),
            RequestTry(CallKind.Cancel, 2, 200, "{}"),
        ],
        [
            new StoredRow
            {
                Id = RequestId,
                Contract = Contract.Payhub,
                Reference = "request-1",
                Merchant = Merchant,
                Status = "CANCELED",
                AmountMinor = 500,
                ProviderObjectId = Klarna,
                Audit =
                [
                    new(At(0), "api-key:1", "created", "SUBMITTED", null, "payment-request-17-create-1"),
                    new(At(0.2), "provider", "provider_reported", "SUBMITTED", null, null),
                    new(At(2), "api-key:1", "cancel_requested", "CANCEL_PENDING", null, "payment-request-17-cancel-1"),
                    new(At(2.2), "provider", "canceled", "CANCELED", null, "payment-request-17-cancel-1"),
                ],
            },
        ],
        [new ProviderObject(Klarna, RequestId,
        [
            new(4, At(0.1), "klarna.create", Klarna, 500, "1c5c99eb-4d5e-5810-9645-667f9f29a997"),
            new(5, At(2.1), "klarna.cancel", Klarna, 500, null),
        ])],
        []);

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    public static Attempt Try(CallKind kind, double at, int status, string body, string client = "1.0") => new()
    {
        Reference = "order-1",
        Kind = kind,
        Client = client,
        Actor = "shop-till-0",
        Silo = 0,
        SentAt = TimeSpan.FromSeconds(at),
        EndedAt = TimeSpan.FromSeconds(at + 0.4),
        Ending = status == 0 ? Ending.NoAnswer : Ending.Answered,
        Status = status,
        Body = body,
    };

    public static Attempt CancelTry(double at, int status, string detailOrBody, string client = "1.0") => Try(
        CallKind.Cancel, at, status, status == 422 ? $$"""{"title":"UNPROCESSABLE_ENTITY","status":422,"detail":"{{detailOrBody}}"}""" : detailOrBody, client) with { Reason = Reason };

    public static Attempt RequestTry(CallKind kind, double at, int status, string body) =>
        Try(kind, at, status, body) with { Reference = "request-1", Actor = "api-key:1" };

    public static string Shown(string status) => $$$"""{"data":{"id":"{{{PaymentId}}}","amount":25000,"status":"{{{status}}}","paymentAllocations":[]}}""";

    public static ProviderObject After(ProviderObject item, params ProviderOperation[] operations) => item with { Operations = [.. item.Operations, .. operations] };

    public static Delivery Signed(string id, string body, int answered = 200, double at = 2.9)
    {
        var timestamp = $"{At(at).ToUnixTimeSeconds()}";
        var signature = HMACSHA256.HashData(Convert.FromBase64String("c2VjcmV0"), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"));
        return new Delivery(1, At(at), Merchant, id, timestamp, $"v1,{Convert.ToBase64String(signature)}", answered, body);
    }

    /// <summary>All evidence of a run with these cases.</summary>
    public static Evidence Of(params Case[] cases) => new(
        cases, [], [], [], new Dictionary<Guid, string> { [Merchant] = Secret, [Other] = Secret }, RefusalsOrdered: false, Start, At(60));

    /// <summary>The payment with another row.</summary>
    public static Case With(Func<StoredRow, StoredRow> change) => Payment with { Rows = [change(Row)] };

    /// <summary>The payment request with another row.</summary>
    public static Case RequestWith(Func<StoredRow, StoredRow> change) => Request with { Rows = [change(Request.Rows[0])] };

    /// <summary>The payment with other attempts.</summary>
    public static Case Tried(params Attempt[] attempts) => Payment with { Attempts = attempts };

    /// <summary>The violations, as invariant and sentence.</summary>
    public static IReadOnlyList<string> Judge(params Case[] cases) =>
        [.. Checker.Judge(Of(cases)).Select(static violation => $"{violation.Invariant}: {violation.What}")];
}
