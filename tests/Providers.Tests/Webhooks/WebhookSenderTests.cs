using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Payments.Grains.Ports;

namespace Payments.Providers.Tests;

public sealed class WebhookSenderTests : AdapterTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string OldSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private static WebhookMessage Message => new("evt_1", "{\"name\":\"PAYMENT_CANCELLED\",\"source\":\"ü\"}"u8.ToArray());

    [Fact]
    public async Task A_webhook_carries_the_exact_body_and_signatures_of_both_secrets_and_the_time_of_the_attempt()
    {
        _server.Answer(200, "ok");
        _host.Time.Advance(TimeSpan.FromMilliseconds(1999));

        var attempt = await SendAsync("/hook?x=1", Secret, OldSecret).Soon();

        Assert.Equal(new WebhookAttempt(200, null, null), attempt);
        var request = _server.Single;
        Assert.Equal(("POST", "/hook?x=1", "HTTP/1.1"), (request.Method, request.Target, request.Version));
        Assert.Equal(Message.Body.ToArray(), request.Body);
        Assert.Equal("application/json", request.Header("Content-Type"));
        Assert.Equal("evt_1", request.Header("webhook-id"));
        Assert.Equal("1795262401", request.Header("webhook-timestamp"));
        Assert.Equal(2, request.Header("webhook-signature")!.Split(' ').Length);
        foreach (var secret in (string[])[Secret, OldSecret])
        {
            Assert.True(WebhookSignature.Verify(
                request.Header("webhook-id"), request.Header("webhook-timestamp"), request.Header("webhook-signature"),
                request.Body, [secret], _host.Time.GetUtcNow(), TimeSpan.FromSeconds(1)));
        }
    }

    [Fact]
    public async Task A_retry_keeps_the_id_and_has_its_own_time_and_signature()
    {
        _server.Answer(500, "");
        _server.Answer(200, "");

        await SendAsync().Soon();
        _host.Time.Advance(TimeSpan.FromMinutes(5));
        await SendAsync().Soon();

        Assert.Single(_server.Requests.Select(request => request.Header("webhook-id")).Distinct());
        Assert.Equal(["1795262400", "1795262700"], _server.Requests.Select(request => request.Header("webhook-timestamp")));
        Assert.Equal(2, _server.Requests.Select(request => request.Header("webhook-signature")).Distinct().Count());
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(299, true)]
    [InlineData(301, false)]
    [InlineData(307, false)]
    [InlineData(400, false)]
    [InlineData(410, false)]
    [InlineData(500, false)]
    public async Task The_status_is_the_answer_and_no_redirect_is_followed(int status, bool delivered)
    {
        _server.Answer(status, "", ("Location", new Uri(_server.Url, "/elsewhere").ToString()), ("Set-Cookie", "a=b"));
        _server.Answer(200, "");

        var attempt = await SendAsync().Soon();

        Assert.Equal((status, delivered, null), (attempt.StatusCode, attempt.Delivered, attempt.Error));
        Assert.Single(_server.Requests);

        await SendAsync().Soon();
        Assert.Null(_server.Requests[1].Header("Cookie"));
    }

    [Theory]
    [InlineData("120", 120.0)]
    [InlineData("Sat, 21 Nov 2026 12:01:00 GMT", 60.0)]
    [InlineData("Sat, 21 Nov 2026 11:00:00 GMT", 0.0)]
    [InlineData("later", null)]
    public async Task Retry_After_is_read_as_seconds_or_date(string header, double? seconds)
    {
        _server.Answer(429, "", ("Retry-After", header));

        var attempt = await SendAsync().Soon();

        Assert.Equal(seconds, attempt.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("reset before the answer")]
    [InlineData("closed before the answer")]
    [InlineData("not HTTP")]
    public async Task A_connection_that_breaks_before_the_status_is_no_delivery_and_sends_nothing_twice(string name)
    {
        _server.Answer(TransportTable.Answer(name));

        Assert.Equal(new WebhookAttempt(null, null, "connection_lost"), await SendAsync().Soon());
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("closed in the body")]
    [InlineData("closed in a chunk")]
    [InlineData("a body without end")]
    public async Task Once_the_status_has_come_the_body_does_not_matter(string name)
    {
        _server.Answer(TransportTable.Answer(name));

        Assert.Equal(new WebhookAttempt(200, null, null), await SendAsync().Soon());
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Slow: a\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")]
    public async Task An_endpoint_that_never_ends_its_headers_is_a_timeout(string beginning)
    {
        var arrived = _server.Stall(beginning);
        var call = SendAsync();
        await arrived.Soon();

        _host.Time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(call.IsCompleted);
        _host.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(new WebhookAttempt(null, null, "timeout"), await call.Soon());
    }

    [Fact]
    public async Task An_endpoint_that_drips_its_body_does_not_hold_the_attempt_up()
    {
        var arrived = _server.Stall("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");

        var attempt = await SendAsync().Soon();

        await arrived.Soon();
        Assert.True(attempt.Delivered);
    }

    [Fact]
    public async Task Headers_without_measure_are_no_answer()
    {
        _server.Answer(200, "", ("X-Big", new string('x', 40_000)));

        Assert.Equal("connection_lost", (await SendAsync().Soon()).Error);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_thrown()
    {
        using var caller = new CancellationTokenSource();
        var arrived = _server.Stall();
        var call = _host.Webhooks.SendAsync(Endpoint(_server.Url), Message, Timeout, caller.Token);
        await arrived.Soon();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
    }

    [Fact]
    public async Task A_refused_connection_has_its_word()
    {
        using var bound = new Socket(SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)bound.LocalEndPoint!).Port}/");

        Assert.Equal("connection_refused", (await _host.Webhooks.SendAsync(Endpoint(url), Message, Timeout, default).Soon()).Error);
    }

    [Fact]
    public async Task A_failed_TLS_handshake_has_its_word()
    {
        var url = new UriBuilder(_server.Url) { Scheme = "https" }.Uri;

        Assert.Equal("tls", (await _host.Webhooks.SendAsync(Endpoint(url), Message, Timeout, default).Soon()).Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_name_without_an_address_has_its_word(bool throws)
    {
        using var sender = Sender(allowPrivate: false, throws ? _ => throw new SocketException((int)SocketError.HostNotFound) : _ => []);

        var attempt = await sender.SendAsync(Endpoint(new Uri("https://hook.example/")), Message, Timeout, default).Soon();

        Assert.Equal("name_not_resolved", attempt.Error);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[::]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("ftp://93.184.215.14/")]
    [InlineData("file:///etc/passwd")]
    public async Task An_address_inside_is_never_connected_to(string url)
    {
        using var sender = Sender(allowPrivate: false);
        var target = new Uri(url.Replace("{0}", _server.Port.ToString(), StringComparison.Ordinal));

        var attempt = await sender.SendAsync(Endpoint(target), Message, Timeout, default).Soon();

        Assert.Equal(new WebhookAttempt(null, null, "forbidden_address"), attempt);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task The_guard_looks_at_what_the_name_resolves_to()
    {
        using var inside = Sender(allowPrivate: false, _ => [IPAddress.Loopback, IPAddress.Parse("192.168.1.1"), IPAddress.IPv6Loopback]);
        using var allowed = Sender(allowPrivate: true, _ => [IPAddress.Loopback]);
        var url = new Uri($"http://hook.example:{_server.Port}/");
        _server.Answer(200, "");

        Assert.Equal("forbidden_address", (await inside.SendAsync(Endpoint(url), Message, Timeout, default).Soon()).Error);
        Assert.Equal(200, (await allowed.SendAsync(Endpoint(url), Message, Timeout, default).Soon()).StatusCode);
        Assert.Equal($"hook.example:{_server.Port}", _server.Single.Header("Host"));
    }

    [Fact]
    public async Task A_host_that_turns_private_after_its_first_connection_is_refused_at_the_next()
    {
        var asked = 0;
        using var sender = Sender(allowPrivate: false, _ => asked++ == 0 ? [IPAddress.Parse("10.9.9.9")] : [IPAddress.Loopback]);
        var url = new Uri($"http://hook.example:{_server.Port}/");

        Assert.Equal("forbidden_address", (await sender.SendAsync(Endpoint(url), Message, Timeout, default).Soon()).Error);
        Assert.Equal("forbidden_address", (await sender.SendAsync(Endpoint(url), Message, Timeout, default).Soon()).Error);
        Assert.Equal(2, asked);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_malformed_secret_of_ours_is_thrown_before_anything_is_sent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => SendAsync("/", "whsec_short"));
        Assert.Empty(_server.Requests);
    }

    private static WebhookEndpoint Endpoint(Uri url, params string[] secrets) => new(url, secrets.Length > 0 ? secrets : [Secret]);

    private Task<WebhookAttempt> SendAsync(string path = "/", params string[] secrets) =>
        _host.Webhooks.SendAsync(Endpoint(new Uri(_server.Url, path), secrets), Message, Timeout, default);

    private HttpWebhookSender Sender(bool allowPrivate, Func<string, IPAddress[]>? resolve = null) => new(
        Options.Create(new WebhookSenderOptions { AllowPrivateAddresses = allowPrivate }),
        _host.Time,
        resolve is null ? Dns.GetHostAddressesAsync : (host, _) => Task.FromResult(resolve(host)));
}
