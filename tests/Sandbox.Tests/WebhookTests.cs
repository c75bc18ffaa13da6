using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Sandbox.Tests;

public sealed class WebhookTests : SandboxTest
{
    private const string Body = """{"name":"PAYMENT_CANCELLED","source":"portal","payload":{"id":"p1","status":"CANCELLED"}}""";
    private static readonly byte[] s_key = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];

    [Fact]
    public async Task A_delivery_is_recorded_whole_and_verified_only_when_a_secret_is_known()
    {
        await DeliverAsync("shop", Body, "msg_1", Sign("msg_1", Body, Now()));
        var recorded = Assert.Single(Sandbox.Ledger.Webhooks("shop"));
        Assert.Equal((Body, "p1", "PAYMENT_CANCELLED", "msg_1", 200, (bool?)null),
            (recorded.Body, recorded.Payment, recorded.Name, recorded.WebhookId, recorded.Answered, recorded.SignatureValid));

        var configured = await Client.JsonAsync(HttpMethod.Put, "control/merchants/shop", $$"""{"secret":"whsec_{{Convert.ToBase64String(s_key)}}"}""");
        Assert.True(configured.Body.GetProperty("hasSecret").GetBoolean());
        await DeliverAsync("shop", Body, "msg_2", $"v1,bm9uc2Vuc2U= {Sign("msg_2", Body, Now())}");
        await DeliverAsync("shop", Body + " ", "msg_3", Sign("msg_3", Body, Now()));
        await DeliverAsync("shop", Body, "msg_4", Sign("msg_3", Body, Now()));
        await DeliverAsync("shop", Body, "msg_5", null);
        await DeliverAsync("shop", Body, "msg_6", Sign("msg_6", Body, Now() - 301), Now() - 301);
        Assert.Equal([null, true, false, false, false, false], Sandbox.Ledger.Webhooks("shop").Select(found => found.SignatureValid));
    }

    [Theory]
    [InlineData("""{"secret":"abc"}""")]
    [InlineData("""{"secret":"whsec_"}""")]
    [InlineData("""{"secret":"whsec_???"}""")]
    [InlineData("""{"secrets":[]}""")]
    [InlineData("[]")]
    public async Task A_secret_that_is_none_is_refused(string json) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.JsonAsync(HttpMethod.Put, "control/merchants/shop", json)).Status);

    [Theory]
    [InlineData("no json", null)]
    [InlineData("[]", null)]
    [InlineData("{}", null)]
    [InlineData("""{"payload":{"id":12}}""", "12")]
    [InlineData("""{"Payload":{"PaymentRequestId":27}}""", "27")]
    public async Task Any_body_is_recorded(string body, string? payment)
    {
        await DeliverAsync("shop", body, "msg", null);
        var recorded = Assert.Single(Sandbox.Ledger.Webhooks());
        Assert.Equal((body, payment), (recorded.Body, recorded.Payment));
    }

    [Theory]
    [InlineData("""{"operation":"webhook:shop","kind":"status","statusCode":500}""", 500)]
    [InlineData("""{"operation":"webhook:shop","kind":"status","statusCode":410}""", 410)]
    [InlineData("""{"operation":"webhook:*","kind":"status","statusCode":429,"retryAfterSeconds":7}""", 429)]
    [InlineData("""{"operation":"webhook:shop","kind":"status","statusCode":301,"location":"http://127.0.0.1:1/elsewhere"}""", 301)]
    public async Task An_endpoint_answers_what_was_ordered_and_then_recovers(string order, int status)
    {
        await Client.JsonAsync(HttpMethod.Post, "control/faults", order);
        var refused = await DeliverAsync("shop", Body, "msg", null);
        Assert.Equal((HttpStatusCode)status, refused.Status);
        Assert.Equal(status == 429 ? "7" : null, refused.Header("Retry-After"));
        Assert.Equal(status == 301 ? "http://127.0.0.1:1/elsewhere" : null, refused.Header("Location"));
        Assert.Equal(HttpStatusCode.OK, (await DeliverAsync("shop", Body, "msg", null)).Status);
        Assert.Equal([status, 200], Sandbox.Ledger.Webhooks("shop", "p1").Select(found => found.Answered));
        Assert.Equal((2, 1), Sandbox.Ledger.WebhookCounts());
    }

    [Fact]
    public async Task A_dropped_delivery_is_recorded_only_when_it_was_received()
    {
        Sandbox.Faults.Add(new("webhook:shop", FaultKind.DropBefore));
        await Assert.ThrowsAsync<HttpRequestException>(() => DeliverAsync("shop", Body, "msg", null));
        Assert.Empty(Sandbox.Ledger.Webhooks());
        Sandbox.Faults.Add(new("webhook:shop", FaultKind.DropAfter));
        await Assert.ThrowsAsync<HttpRequestException>(() => DeliverAsync("shop", Body, "msg", null));
        Assert.False(Assert.Single(Sandbox.Ledger.Webhooks()).Accepted);
    }

    [Fact]
    public async Task A_slow_endpoint_does_not_slow_another()
    {
        Sandbox.Faults.Add(new("webhook:slow", FaultKind.Latency, LatencyMs: 20_000));
        var slow = DeliverAsync("slow", Body, "msg", null);
        await Clock.SomethingWaitsAsync();
        Assert.Equal(HttpStatusCode.OK, (await DeliverAsync("fast", Body, "msg", null)).Status);
        Assert.False(slow.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.OK, (await slow).Status);
    }

    private long Now() => Clock.GetUtcNow().ToUnixTimeSeconds();

    private static string Sign(string id, string body, long timestamp) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(s_key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")))}";

    private Task<Answer> DeliverAsync(string merchant, string body, string id, string? signature, long? timestamp = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Sandbox.WebhookAddress(merchant)) { Content = new StringContent(body) };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", $"{timestamp ?? Now()}");
        if (signature is not null)
            request.Headers.Add("webhook-signature", signature);
        return Client.SendAsync(request);
    }
}
