using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>The two routes to which the providers push their events, with signatures made apart from the code that verifies them.</summary>
public sealed class ProviderEventTests : IClassFixture<ApiServer>
{
    private const string Stripe = "/provider-events/stripe";
    private const string Klarna = "/provider-events/klarna";
    private const string NotValid = """{"title":"INVALID_REQUEST","status":400,"detail":"Event is not valid"}""";
    private const string Unavailable = """{"title":"SERVICE_UNAVAILABLE","status":503,"detail":"Service temporarily unavailable, try again"}""";

    private const string StripeBody =
        """{"id":"evt_1","object":"event","created":1775303990,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","status":"succeeded","metadata":{"payment_id":"p-1"}}}}""";

    private const string KlarnaBody =
        """{"metadata":{"event_id":"e-1","event_type":"payment.request.state-change.expired","occurred_at":"2026-04-04T11:59:00Z"},"payload":{"payment_request_id":"krn:1","payment_request_reference":"7","state":"EXPIRED"}}""";

    private readonly ApiServer _server;

    public ProviderEventTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Logs.Lines.Clear();
        _server.Grains.OnEvent = (_, _) => Task.FromResult(ProviderEventOutcome.Applied);
    }

    [Theory]
    [InlineData(ApiServer.StripeSecret)]
    [InlineData(ApiServer.NewStripeSecret)]
    public async Task An_event_of_stripe_reaches_the_grain_of_its_object(string secret)
    {
        var answer = await SendAsync(OfStripe(StripeBody, Sign(StripeBody, secret)));

        answer.ShouldBe(200, """{"outcome":"APPLIED"}""");
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        var (key, argument, token) = Assert.Single(_server.Grains.Calls);
        Assert.Equal("stripe/pi_1", key);
        Assert.False(token.CanBeCanceled);
        Assert.Equal(
            new ProviderEvent("stripe", "evt_1", "payment_intent.succeeded", ApiServer.Now.AddSeconds(-10), "pi_1", "pi_1", "Succeeded", "p-1"), argument);
    }

    [Fact]
    public async Task An_event_of_klarna_reaches_the_grain_of_its_object()
    {
        (await SendAsync(OfKlarna(KlarnaBody))).ShouldBe(200, """{"outcome":"APPLIED"}""");

        Assert.Equal("klarna/krn:1", Assert.Single(_server.Grains.Calls).Key);
    }

    [Theory]
    [InlineData(ProviderEventOutcome.Applied, "APPLIED")]
    [InlineData(ProviderEventOutcome.Kept, "KEPT")]
    [InlineData(ProviderEventOutcome.Duplicate, "DUPLICATE")]
    [InlineData(ProviderEventOutcome.Ignored, "IGNORED")]
    public async Task What_need_not_be_sent_again_is_a_200(ProviderEventOutcome outcome, string word)
    {
        _server.Grains.OnEvent = (_, _) => Task.FromResult(outcome);
        (await SendAsync(OfStripe(StripeBody, Sign(StripeBody)))).ShouldBe(200, $$"""{"outcome":"{{word}}"}""");
    }

    [Theory]
    [InlineData(-300, 200)]
    [InlineData(-301, 400)]
    [InlineData(300, 200)]
    [InlineData(301, 400)]
    public async Task A_signature_that_is_too_old_or_from_the_future_is_a_400_without_a_reason(int seconds, int status)
    {
        var answer = await SendAsync(OfStripe(StripeBody, Sign(StripeBody, offset: seconds)));
        answer.ShouldBe(status, status == 200 ? """{"outcome":"APPLIED"}""" : NotValid);
        Assert.Equal(status == 200 ? 1 : 0, _server.Grains.Calls.Count);
    }

    [Fact]
    public async Task A_missing_wrong_or_foreign_signature_is_a_400_without_a_reason()
    {
        var right = Sign(StripeBody);
        string?[] wrong = [null, "", "t=1,v1=00", right[..^1], right.Replace("v1=", "v0=", StringComparison.Ordinal), Sign(StripeBody, "whsec_of_somebody_else_000")];
        foreach (var signature in wrong)
            (await SendAsync(OfStripe(StripeBody, signature))).ShouldBe(400, NotValid);
        (await SendAsync(OfStripe(StripeBody[..^1] + " }", right))).ShouldBe(400, NotValid);
        (await SendAsync(OfKlarna(KlarnaBody, key: "key-2"))).ShouldBe(400, NotValid);
        (await SendAsync(OfKlarna(KlarnaBody + " ", signature: KlarnaSign(KlarnaBody)))).ShouldBe(400, NotValid);
        (await SendAsync(Of(Klarna, StripeBody, ("Stripe-Signature", right)))).ShouldBe(400, NotValid);

        Assert.Empty(_server.Grains.Calls);
        Assert.Equal(wrong.Length + 4, _server.Logs.Lines.Count);
        Assert.All(_server.Logs.Lines, line => Assert.Contains("was rejected", line, StringComparison.Ordinal));
        Assert.All(_server.Logs.Lines, line => Assert.DoesNotContain("whsec", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Any_one_byte_of_the_body_changed_is_a_400()
    {
        var signature = Sign(StripeBody);
        for (var i = 0; i < StripeBody.Length; i += 7)
        {
            var changed = Encoding.UTF8.GetBytes(StripeBody);
            changed[i] ^= 0x20;
            (await SendAsync(Of(Stripe, changed, ("Stripe-Signature", signature)))).ShouldBe(400, NotValid);
        }

        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("customer.created")]
    [InlineData("payment_intent.created")]
    [InlineData("a.type.of.next.year")]
    public async Task A_genuine_event_of_no_interest_is_a_200_and_reaches_nobody(string type)
    {
        var body = StripeBody.Replace("payment_intent.succeeded", type, StringComparison.Ordinal);
        (await SendAsync(OfStripe(body, Sign(body)))).ShouldBe(200, """{"outcome":"IGNORED"}""");
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"id":"evt_1"}""")]
    public async Task A_signed_body_that_is_no_event_is_a_400(string body) =>
        (await SendAsync(OfStripe(body, Sign(body)))).ShouldBe(400, NotValid);

    public static TheoryData<Exception> Failures() => new()
    {
        new InvalidOperationException("secret detail"),
        new TimeoutException(),
        new IOException("disk full"),
        new Orleans.Runtime.SiloUnavailableException("gone"),
    };

    [Theory, MemberData(nameof(Failures))]
    public async Task Whatever_fails_is_a_503_so_that_the_provider_sends_it_again(Exception failure)
    {
        _server.Grains.OnEvent = (_, _) => Task.FromException<ProviderEventOutcome>(failure);
        var answer = await SendAsync(OfStripe(StripeBody, Sign(StripeBody)));
        answer.ShouldBe(503, Unavailable);
        Assert.Equal("1", answer.Headers["Retry-After"]);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_a_413_whether_or_not_it_says_so()
    {
        const string tooLarge = """{"title":"PAYLOAD_TOO_LARGE","status":413,"detail":"Request body must not be larger than 262144 bytes"}""";
        var large = Padded(256 * 1024 + 1);
        (await SendAsync(OfStripe(large, Sign(large)))).ShouldBe(413, tooLarge);
        var chunked = OfStripe(large, Sign(large));
        chunked.Headers.TransferEncodingChunked = true;
        (await SendAsync(chunked)).ShouldBe(413, tooLarge);
        Assert.Empty(_server.Grains.Calls);

        var largest = Padded(256 * 1024);
        (await SendAsync(OfStripe(largest, Sign(largest)))).ShouldBe(200, """{"outcome":"APPLIED"}""");
        chunked = OfStripe(largest, Sign(largest));
        chunked.Headers.TransferEncodingChunked = true;
        (await SendAsync(chunked)).ShouldBe(200, """{"outcome":"APPLIED"}""");
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("application/json; charset=utf-16", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "gzip")]
    public async Task A_body_that_is_not_plain_json_is_a_415(string? type, string? encoding)
    {
        var request = OfStripe(StripeBody, Sign(StripeBody));
        request.Content!.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        Assert.Equal(415, (await SendAsync(request)).Status);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task Only_post_and_only_the_two_providers_are_there()
    {
        (await SendAsync(new HttpRequestMessage(HttpMethod.Get, Stripe))).ShouldBe(
            405, """{"title":"METHOD_NOT_ALLOWED","status":405,"detail":"GET is not supported here"}""");
        (await SendAsync(Of("/provider-events/other", StripeBody))).ShouldBe(404, """{"title":"NOT_FOUND","status":404,"detail":"Resource not found"}""");
    }

    [Fact]
    public async Task Without_its_secret_a_provider_is_told_503_and_never_200()
    {
        await using var bare = new BareServer();
        await bare.InitializeAsync();
        foreach (var request in (HttpRequestMessage[])[OfStripe(StripeBody, Sign(StripeBody)), OfKlarna(KlarnaBody)])
        {
            var provider = request.RequestUri!.ToString()["/provider-events/".Length..];
            (await bare.SendAsync(request)).ShouldBe(
                503, $$"""{"title":"SERVICE_UNAVAILABLE","status":503,"detail":"Events of {{provider}} are not configured"}""");
        }

        Assert.Empty(bare.Grains.Calls);
        Assert.Contains(bare.Logs.Lines, line => line.Contains("Payments:Stripe:WebhookSecrets is missing", StringComparison.Ordinal));
        Assert.Contains(bare.Logs.Lines, line => line.Contains("Payments:Klarna:WebhookKeys is missing", StringComparison.Ordinal));
    }

    private Task<Answer> SendAsync(HttpRequestMessage request) => _server.SendAsync(request);

    private static string Padded(int length) => StripeBody[..^1] + new string(' ', length - StripeBody.Length) + "}";

    private static string Sign(string body, string secret = ApiServer.StripeSecret, int offset = 0)
    {
        var time = (ApiServer.Now.ToUnixTimeSeconds() + offset).ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")))}";
    }

    private static string KlarnaSign(string body) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(ApiServer.KlarnaSecret), Encoding.UTF8.GetBytes(body)));

    private static HttpRequestMessage OfStripe(string body, string? signature) =>
        signature is null ? Of(Stripe, body) : Of(Stripe, body, ("Stripe-Signature", signature));

    private static HttpRequestMessage OfKlarna(string body, string? signature = null, string key = "key-1") =>
        Of(Klarna, body, ("Klarna-Signature", signature ?? KlarnaSign(body)), ("Klarna-Signing-Key-Id", key));

    private static HttpRequestMessage Of(string path, string body, params (string Name, string Value)[] headers) =>
        Of(path, Encoding.UTF8.GetBytes(body), headers);

    private static HttpRequestMessage Of(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = ApiServer.Json(body) };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private sealed class BareServer() : ApiServer(
        ("Payments:Stripe:WebhookSecrets:0", null), ("Payments:Stripe:WebhookSecrets:1", null),
        ("Payments:Klarna:WebhookKeys:0:Id", null), ("Payments:Klarna:WebhookKeys:0:Secret", null)), IAsyncDisposable
    {
        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }
}
