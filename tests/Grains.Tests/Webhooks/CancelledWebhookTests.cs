using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Payments.Grains.Tests.Payment;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Tests.Webhooks;

public sealed class CancelledWebhookTests
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
    public void The_body_is_the_seeds() => Assert.Equal(SeedBody, CancelledWebhook.Body(Seed));

    [Fact]
    public void A_payment_without_a_source_says_null() =>
        Assert.Equal(SeedBody.Replace("\"merchant-portal\"", "null", StringComparison.Ordinal), CancelledWebhook.Body(Seed with { Source = null }));

    [Fact]
    public void Nothing_but_a_cancelled_payment_is_announced()
    {
        foreach (var status in Enum.GetValues<PaymentStatus>().Where(status => status != PaymentStatus.Cancelled))
            Assert.Throws<ArgumentException>(() => CancelledWebhook.Body(Seed with { Status = status }));
    }

    [Theory]
    [InlineData("\"},{\"x\":\"")]
    [InlineData("line\nbreak\u0000\u001f")]
    [InlineData("<script>&amp;'")]
    [InlineData("Ünïcødé 😀 日本")]
    public void What_the_merchant_named_comes_back_unchanged_and_breaks_nothing(string text)
    {
        var body = CancelledWebhook.Body(Seed with { MerchantTransactionId = text, Source = text });

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
        Assert.Equal("msg_770e8400e29b41d4a716446655440000_0", entry.Id);
    }
}
