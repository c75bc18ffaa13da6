using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Payments.Grains.Auditing;
using Payments.Grains.Idempotency;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Refunds;
using Payments.Grains.Tests.Payment;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Tests;

public sealed class GrainStateJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 4, 4, 10, 11, 12, 345, TimeSpan.Zero);
    private const string TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static readonly JsonSerializerOptions Indented = new(GrainStateJson.Options) { WriteIndented = true, NewLine = "\n" };

    [Fact]
    public void A_payment_with_every_field_filled_survives_storage_in_every_status()
    {
        foreach (var status in Enum.GetValues<PaymentStatus>())
            AssertSurvives(FullPayment() with { Status = status }, full: true);
    }

    [Fact]
    public void Every_situation_of_a_payment_survives_storage() => Assert.All(Sample.Situations.Values, state => AssertSurvives(state));

    [Fact]
    public void A_payment_request_with_every_field_filled_survives_storage_in_every_status()
    {
        foreach (var status in Enum.GetValues<PaymentRequestStatus>())
            AssertSurvives(FullRequest() with { Status = status }, full: true);
    }

    [Fact]
    public void The_other_states_survive_storage()
    {
        AssertSurvives(new PaymentRequestIdState { NextBlock = 4711 }, full: true);
        AssertSurvives(new RefundPointer { PaymentId = Sample.Id }, full: true);
        AssertSurvives(FullKey(), full: true);
        AssertSurvives(new WebhookEndpointState { MerchantId = Sample.Merchant, DisabledUrl = "https://merchant.example/hooks", DisabledAt = At }, full: true);
    }

    [Fact]
    public void Every_member_of_every_enum_survives_storage()
    {
        var full = FullPayment();
        foreach (var kind in Enum.GetValues<ProviderOperationKind>())
            AssertSurvives(full with { Operation = full.Operation! with { Kind = kind } });
        foreach (var cause in Enum.GetValues<ProviderUncertainty>())
            AssertSurvives(full with { Operation = full.Operation! with { LastCause = cause } });
        foreach (var status in Enum.GetValues<PaymentIntentStatus>())
            AssertSurvives(full with { Intent = Sample.IntentAs(status) });
        foreach (var status in Enum.GetValues<RefundStatus>())
            AssertSurvives(full with { Refund = Sample.RefundAs(status) });
        foreach (var reason in Enum.GetValues<CancellationReason>())
            AssertSurvives(full with { Cancellation = full.Cancellation! with { Reason = reason } });
        foreach (var kind in Enum.GetValues<ConsentKind>())
            AssertSurvives(full with { Consent = full.Consent! with { Kind = kind } });
        foreach (var kind in Enum.GetValues<PaymentMethodKind>())
            AssertSurvives(full with { Method = full.Method! with { Kind = kind } });
        foreach (var kind in Enum.GetValues<RequestOperationKind>())
            AssertSurvives(FullRequest() with { Operation = FullRequest().Operation! with { Kind = kind } });
        foreach (var product in Enum.GetValues<KlarnaProduct>())
            AssertSurvives(FullRequest() with { Product = product });
        foreach (var status in Enum.GetValues<PayhubRefundStatus>())
            AssertSurvives(FullRequest() with { Refunds = [FullRequest().Refunds[0] with { Status = status }] });
        foreach (var klarna in Enum.GetValues<KlarnaRequestState>())
            AssertSurvives(FullRequest() with { Klarna = FullRequest().Klarna! with { State = klarna } });
    }

    /// <summary>A row that an older version wrote lacks what was added since. It must read as if the addition had its default, not as null.</summary>
    [Fact]
    public void What_a_row_does_not_mention_has_its_default()
    {
        AssertSame(new PaymentState(), Read<PaymentState>("{}"));
        AssertSame(new PaymentRequestState(), Read<PaymentRequestState>("{}"));
        AssertSame(new PaymentRequestIdState(), Read<PaymentRequestIdState>("{}"));
        AssertSame(new IdempotencyState(), Read<IdempotencyState>("{}"));
        AssertSame(new WebhookEndpointState(), Read<WebhookEndpointState>("{}"));
    }

    [Fact]
    public void What_a_newer_version_added_to_a_row_is_passed_over() =>
        AssertSame(new PaymentRequestIdState { NextBlock = 7 }, Read<PaymentRequestIdState>("""{"NextBlock":7,"AddedLater":{"x":[1]}}"""));

    [Fact]
    public void A_row_is_as_it_was_written_down_so_that_no_rename_goes_unnoticed()
    {
        Assert.Equal(Golden("v3/payment.json"), Pretty(FullPayment()));
        Assert.Equal(Golden("v3/payment-request.json"), Pretty(FullRequest()));
        Assert.Equal(Golden("v3/idempotency-key.json"), Pretty(FullKey()));
    }

    [Fact]
    public void A_row_of_this_version_is_read()
    {
        AssertSame(FullPayment(), Read<PaymentState>(Golden("v3/payment.json")));
        AssertSame(FullRequest(), Read<PaymentRequestState>(Golden("v3/payment-request.json")));
        AssertSame(FullKey(), Read<IdempotencyState>(Golden("v3/idempotency-key.json")));
    }

    /// <summary>Version 2 counted no claims, and knew no split tenders, and of Klarna only payment requests without orders.</summary>
    [Fact]
    public void A_row_of_version_2_is_still_read()
    {
        AssertSame(OfVersion2(), Read<PaymentState>(Golden("v2/payment.json")));
        AssertSame(RequestOfVersion2(), Read<PaymentRequestState>(Golden("v2/payment-request.json")));
        AssertSame(FullKey() with { Claims = 0 }, Read<IdempotencyState>(Golden("v2/idempotency-key.json")));
    }

    /// <summary>Version 1 knew no command ids, no captures, no refunds on request, no announcement but the last one, and no traces.</summary>
    [Fact]
    public void A_row_of_version_1_is_still_read()
    {
        var payment = OfVersion2();
        payment = payment with { Capture = null, CaptureAttempts = 0, AnnouncedStatus = null, Refunds = [], Outbox = [payment.Outbox[0] with { TraceParent = null }] };
        AssertSame(
            payment with { Cancellation = payment.Cancellation! with { CommandId = null, TraceParent = null } }, Read<PaymentState>(Golden("v1/payment.json")));
        AssertSame(
            RequestOfVersion2() with { CancelCommandId = null, CancelRequestedAt = null, CancelTraceParent = null },
            Read<PaymentRequestState>(Golden("v1/payment-request.json")));
    }

    private static PaymentRequestState RequestOfVersion2() => FullRequest() with
    {
        Product = default, ShortCode = null, Refunds = [], Klarna = FullRequest().Klarna! with { OrderId = null },
    };

    private static PaymentState OfVersion2() => FullPayment() with { Allocations = [], AllocationOf = null, Rollback = null };

    [Fact]
    public void Text_that_is_not_well_formed_unicode_does_not_make_a_payment_unstorable()
    {
        var state = PaymentMachine.Cancel(
            Sample.Situations["AU"], Sample.CancelBy(Sample.Merchant) with { Message = "half an emoji: \ud83d, and a zero: \0" }, Sample.Policy, Sample.Now).State;

        var read = Read<PaymentState>(Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(state, GrainStateJson.Options)));

        Assert.Equal(PaymentStatus.CancelInitialized, read.Status);
    }

    private static PaymentState FullPayment() => new()
    {
        Id = Sample.Id,
        MerchantId = Sample.Merchant,
        MerchantTransactionId = "preauth-20260404-001",
        AmountMinor = 25000,
        CurrencyCode = "USD",
        AuthorizeOnly = true,
        Method = Sample.Card,
        Allocations = [new PaymentState { Id = PaymentIds.ForAllocation(Sample.Id, 0), AllocationOf = Sample.Id, Method = Sample.Card, CreatedAt = At, UpdatedAt = At }],
        AllocationOf = Sample.Stranger,
        Rollback = new Rollback("card 2 declined", At),
        Consent = new BankDebitConsent(ConsentKind.Online, At, "192.0.2.1", "Browser/1.0"),
        Description = "An order",
        StatementDescriptorSuffix = "ORDER1",
        Source = "merchant-portal",
        Metadata = ImmutableDictionary<string, string>.Empty.Add("orderId", "1"),
        Status = PaymentStatus.CancelInitialized,
        CreateAttempts = 2,
        Intent = new PaymentIntentSnapshot("pi_1", PaymentIntentStatus.Succeeded, 25000, 24000, "requested_by_customer", "card_declined"),
        Operation = new ProviderOperation(ProviderOperationKind.Refund, 2, At, At.AddMinutes(-1), 3, ProviderUncertainty.Timeout),
        CaptureAttempts = 3,
        Capture = new CaptureRecord(24000, "client-3", At.AddMinutes(-2), "command-7"),
        AnnouncedStatus = PaymentStatus.Authorized,
        CancelAttempts = 4,
        RefundAttempts = 2,
        Cancellation = new Cancellation(
            CancellationReason.Abandoned, "3DS timeout", "client-2", At, PaymentStatus.Accepted, Promised: true, "command-8", TraceParent),
        Refund = new RefundSnapshot("re_1", RefundStatus.Pending, 24000, "insufficient_funds"),
        Refunds =
        [
            new RefundEntry(
                Sample.Stranger, "refund-1", 1000, CancellationReason.Duplicate, "merchant-portal", RefundState.Pending,
                new ProviderOperation(ProviderOperationKind.Refund, 1, At, At, 1, ProviderUncertainty.Timeout),
                new RefundSnapshot("re_2", RefundStatus.Failed, 1000, "declined"), "declined", 2, At.AddSeconds(9), At, At.AddSeconds(1)),
        ],
        IdleReads = 5,
        ProviderDueAt = At.AddSeconds(8),
        Outbox =
        [
            new OutboxEntry(
                "msg_1_0", "PAYMENT_CANCELLED", """{"name":"PAYMENT_CANCELLED"}""", At, At.AddSeconds(5), 6, "http_503", At.AddDays(3), TraceParent),
        ],
        OutboxSequence = 1,
        Audit = [new AuditEntry(At, "client-2", "cancel_requested", "CANCEL_INITIALIZED", "ABANDONED: 3DS timeout", "key-1", 7)],
        CreatedAt = At.AddHours(-1),
        UpdatedAt = At,
    };

    private static PaymentRequestState FullRequest() => new()
    {
        Id = 123,
        MerchantId = Sample.Merchant,
        Provider = "klarna",
        PaymentType = "StaticQR",
        Product = KlarnaProduct.InStoreSession,
        ShortCode = "2005",
        AmountMinor = 10000,
        CurrencyCode = "EUR",
        Country = "GR",
        Locale = "el-GR",
        Description = "till 3",
        OrderLines = [new OrderLine("Item", 1, 10000, 10000)],
        Status = PaymentRequestStatus.CancelPending,
        Klarna = new KlarnaRequestSnapshot("krn:payment:eu1:request:1", KlarnaRequestState.InProgress, "https://pay.example/1", At.AddHours(3), "order-1"),
        Operation = new RequestOperation(RequestOperationKind.Cancel, 1, At, At, 2, ProviderUncertainty.ConnectionLost),
        StatusBeforeCancel = PaymentRequestStatus.InProgress,
        CancelCommandId = "command-9",
        CancelRequestedAt = At.AddSeconds(-2),
        CancelTraceParent = TraceParent,
        Refunds =
        [
            new RequestRefund(
                1, "command-10", "0123456789abcdef0123456789abcdef", 1050, "Returned", PayhubRefundStatus.Pending,
                new RefundOperation(2, At, At.AddMinutes(-1), 3, ProviderUncertainty.Timeout), "klarna-1", "REFUND_NOT_ALLOWED", At.AddSeconds(9), At, At.AddSeconds(1)),
        ],
        IdleReads = 3,
        ProviderDueAt = At.AddSeconds(8),
        Audit = [new AuditEntry(At, "key-7", "cancel_requested", "CANCEL_PENDING", null, null)],
        CreatedAt = At.AddHours(-1),
        UpdatedAt = At,
    };

    private static IdempotencyState FullKey() => new()
    {
        MerchantId = Sample.Merchant,
        Fingerprint = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
        CommandId = "command-8",
        Resource = "27",
        ClaimedAt = At,
        Claims = 2,
        Answer = new StoredAnswer(202, """{"data":{"status":"CANCEL_INITIALIZED"}}"""),
        ExpiresAt = At.AddDays(7),
    };

    private static void AssertSurvives<T>(T state, bool full = false)
        where T : class
    {
        if (full)
            AssertEveryPropertyIsSet(state);
        AssertSame(state, Read<T>(JsonSerializer.Serialize(state, GrainStateJson.Options)));
    }

    /// <summary>A field that is added later and not filled here would be round-tripped only as its default.</summary>
    private static void AssertEveryPropertyIsSet<T>(T state)
    {
        foreach (var property in typeof(T).GetProperties().Where(property => property.CanWrite && property.Name != nameof(PaymentState.Status)))
        {
            var value = property.GetValue(state);
            var unset = property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null;
            Assert.False(value is null || value.Equals(unset) || value is "", $"{property.Name} is not filled.");
        }
    }

    /// <summary>Records with arrays in them are equal only by reference: their text is compared instead.</summary>
    private static void AssertSame<T>(T expected, T actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected, GrainStateJson.Options), JsonSerializer.Serialize(actual, GrainStateJson.Options));

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, GrainStateJson.Options)!;

    private static string Pretty<T>(T state) => JsonSerializer.Serialize(state, Indented) + "\n";

    private static string Golden(string name)
    {
        using var stream = typeof(GrainStateJsonTests).Assembly.GetManifestResourceStream($"Golden/{name}")
            ?? throw new InvalidOperationException($"There is no golden file {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
