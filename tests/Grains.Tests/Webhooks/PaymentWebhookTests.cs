using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Payments.Grains.Tests.Payment;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Tests.Webhooks;

public sealed class PaymentWebhookTests
{
    /// <summary>The seed's example, letter by letter, without its white space.</summary>
    private const string SeedBody =
        """{"name":"PAYMENT_CANCELLED","source":"merchant-portal","payload":{"id":"770e8400-e29b-41d4-a716-446655440000","merchantTransactionId":"preauth-20260404-001","amount":25000,"status":"CANCELLED","paymentAllocations":[{"id":"cccc1111-2222-3333-4444-555566667777","amount":25000,"status":"CANCELED"}]}}""";

    private static readonly PaymentView Seed = new(
        new Guid("770e8400-e29b-41d4-a716-446655440000"),
        Sample.Merchant,
        "preauth-20260404-001",
        25000,
        "USD",
        PaymentStatus.Cancelled,
        [new AllocationView(new Guid("cccc1111-2222-3333-4444-555566667777"), 25000, AllocationStatus.Canceled)],
        "merchant-portal",
        Sample.Created,
        Sample.Created);

    [Fact]
    public void The_body_is_the_seeds() => Assert.Equal(SeedBody, PaymentWebhook.Body(Seed));

    [Fact]
    public void A_payment_without_a_source_says_null() =>
        Assert.Equal(SeedBody.Replace("\"merchant-portal\"", "null", StringComparison.Ordinal), PaymentWebhook.Body(Seed with { Source = null }));

    [Fact]
    public void Every_state_that_is_announced_has_its_name_and_the_others_have_none()
    {
        var names = Enum.GetValues<PaymentStatus>().ToDictionary(status => status, PaymentWebhook.EventOf);

        Assert.Equal(
            new Dictionary<PaymentStatus, string>
            {
                [PaymentStatus.Authorized] = "PAYMENT_AUTHORIZED",
                [PaymentStatus.Accepted] = "PAYMENT_ACCEPTED",
                [PaymentStatus.Completed] = "PAYMENT_SUCCEEDED",
                [PaymentStatus.Failed] = "PAYMENT_FAILED",
                [PaymentStatus.Cancelled] = "PAYMENT_CANCELLED",
            },
            names.Where(name => name.Value is not null).ToDictionary(name => name.Key, name => name.Value!));
        foreach (var (status, name) in names)
        {
            if (name is null)
                Assert.Throws<ArgumentException>(() => PaymentWebhook.Body(Seed with { Status = status }));
            else
                Assert.StartsWith($$"""{"name":"{{name}}",""", PaymentWebhook.Body(Seed with { Status = status }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_pre_authorization_shows_what_is_held_and_what_was_taken() => Assert.Contains(
        ""","amount":25000,"authorizedAmount":25000,"capturedAmount":10000,"status":"COMPLETED",""",
        PaymentWebhook.Body(Seed with { Status = PaymentStatus.Completed, AuthorizedAmountMinor = 25000, CapturedAmountMinor = 10000 }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("\"},{\"x\":\"")]
    [InlineData("line\nbreak\u0000\u001f")]
    [InlineData("<script>&amp;'")]
    [InlineData("Ünïcødé 😀 日本")]
    public void What_the_merchant_named_comes_back_unchanged_and_breaks_nothing(string text)
    {
        var body = PaymentWebhook.Body(Seed with { MerchantTransactionId = text, Source = text });

        using var json = JsonDocument.Parse(body);
        Assert.Equal(text, json.RootElement.GetProperty("source").GetString());
        Assert.Equal(text, json.RootElement.GetProperty("payload").GetProperty("merchantTransactionId").GetString());
        Assert.Equal(body, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public void The_body_that_a_cancelled_payment_stores_is_made_of_its_own_fields()
    {
        var entry = Sample.Situations["XX"].Outbox[0];
        var allocation = PaymentIds.ForAllocation(Sample.Id, 0);

        Assert.Equal(SeedBody.Replace("cccc1111-2222-3333-4444-555566667777", allocation.ToString(), StringComparison.Ordinal), entry.Body);
        Assert.Equal("msg_770e8400e29b41d4a716446655440000_1", entry.Id);
    }
}
