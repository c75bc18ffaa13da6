using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Payments.Sandbox.Tests;

/// <summary>Events that the sandbox pushes to a receiver of the test's own, on real time: deliveries are background work.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit disposes by IAsyncLifetime.")]
public sealed class EventTests : IAsyncLifetime
{
    private const string Secret = "whsec_the_first_of_two_secrets";
    private const string NewSecret = "whsec_the_second_of_two_secrets";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Receiver _receiver = new();
    private SandboxHost _sandbox = null!;
    private Client _client = null!;

    public async Task InitializeAsync()
    {
        await _receiver.StartAsync();
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions { Seed = 1 });
        _client = new Client(_sandbox.BaseAddress);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Every_change_of_a_payment_is_pushed_as_the_event_that_the_list_shows()
    {
        await SubscribeAsync();
        var id = await _client.CreateAsync();
        await _client.PostAsync($"v1/payment_intents/{id}/capture");
        var refund = (await _client.PostAsync("v1/refunds", $"payment_intent={id}&amount=100&metadata[payment_id]=p1")).Text("id");
        await _client.JsonAsync(HttpMethod.Post, $"control/refunds/{refund}/fail");

        string[] expected =
        [
            "charge.refunded", "payment_intent.amount_capturable_updated", "payment_intent.created", "payment_intent.succeeded", "refund.created", "refund.failed",
        ];
        var received = await _receiver.TakeAsync(expected.Length);
        Assert.Equal(expected, received.Select(push => push.Type).Order(StringComparer.Ordinal));

        var listed = (await _client.GetAsync("v1/events?limit=100")).Body.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(
            received.Select(push => push.Body).Order(StringComparer.Ordinal), listed.Select(one => one.GetRawText()).Order(StringComparer.Ordinal));
        var refunded = received.Single(push => push.Type == "charge.refunded").Object;
        Assert.Equal(("charge", 100, id), (Text(refunded, "object"), refunded.GetProperty("amount_refunded").GetInt32(), Text(refunded, "payment_intent")));
        var failed = received.Single(push => push.Type == "refund.failed").Object;
        Assert.Equal((refund, "failed", "p1"), (Text(failed, "id"), Text(failed, "status"), Text(failed.GetProperty("metadata"), "payment_id")));
    }

    [Theory]
    [InlineData("pm_card_visa", "&capture_method=manual", "expire_hold", "payment_intent.canceled charge.expired")]
    [InlineData("pm_usBankAccount", "&payment_method_types[]=us_bank_account", "settle", "payment_intent.succeeded")]
    [InlineData("pm_usBankAccount", "&payment_method_types[]=us_bank_account", "fail", "payment_intent.payment_failed")]
    [InlineData("pm_card_threeDSecure2Required", "&capture_method=manual", "complete_authentication", "payment_intent.amount_capturable_updated")]
    public async Task What_bank_customer_and_clock_do_is_pushed(string method, string more, string action, string types)
    {
        var id = await _client.CreateAsync(method, more);
        await SubscribeAsync();
        await _client.JsonAsync(HttpMethod.Post, $"control/payment_intents/{id}/{action}");
        var expected = types.Split(' ');
        var received = await _receiver.TakeAsync(expected.Length);
        Assert.Equal(expected.Order(StringComparer.Ordinal), received.Select(push => push.Type).Order(StringComparer.Ordinal));
        Assert.All(received, push => Assert.Equal(id, Text(push.Object, push.Type.StartsWith("charge", StringComparison.Ordinal) ? "payment_intent" : "id")));
    }

    [Fact]
    public async Task A_klarna_request_pushes_its_states_signed_with_the_named_key()
    {
        var configured = await _client.JsonAsync(HttpMethod.Put, "control/klarna/webhook_endpoints",
            $$"""{"url":"{{_receiver.Address}}","keyId":"key-7","secret":"{{Secret}}"}""");
        Assert.Equal($"{_receiver.Address}", configured.Body.GetProperty("urls")[0].GetString());
        var made = await _client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests",
            """{"currency":"EUR","amount":1000,"payment_request_reference":"42"}""");
        var id = made.Text("payment_request_id");
        var first = (await _receiver.TakeAsync(1))[0];
        await _client.JsonAsync(HttpMethod.Post, $"control/klarna/{id}/complete");
        var second = (await _receiver.TakeAsync(1))[0];

        foreach (var (push, state, previous) in ((Push, string, string?)[])[(first, "SUBMITTED", null), (second, "COMPLETED", "SUBMITTED")])
        {
            Assert.Equal("key-7", push.Headers["Klarna-Signing-Key-Id"]);
            Assert.Equal(Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), push.Raw)), push.Headers["Klarna-Signature"]);
            var payload = push.Json.GetProperty("payload");
            Assert.Equal((id, "42", state), (Text(payload, "payment_request_id"), Text(payload, "payment_request_reference"), Text(payload, "state")));
            Assert.Equal(previous, payload.TryGetProperty("previous_state", out var before) ? before.GetString() : null);
            Assert.Equal($"payment.request.state-change.{state.ToLowerInvariant()}", Text(push.Json.GetProperty("metadata"), "event_type"));
        }
    }

    [Fact]
    public async Task During_a_rotation_there_is_a_signature_for_every_secret()
    {
        await SubscribeAsync();
        await _client.CreateAsync();
        var push = (await _receiver.TakeAsync(1))[0];
        var items = push.Headers["Stripe-Signature"].Split(',').Select(item => item.Split('=', 2)).ToList();
        Assert.Equal(["t", "v1", "v1"], items.Select(item => item[0]));
        Assert.InRange(Math.Abs(long.Parse(items[0][1]) - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()), 0, 30);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{items[0][1]}."), .. push.Raw];
        Assert.Equal(
            new[] { NewSecret, Secret }.Select(secret => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))),
            items.Skip(1).Select(item => item[1]));
    }

    [Fact]
    public async Task An_event_is_sent_again_with_the_same_id_until_it_is_taken()
    {
        await SubscribeAsync();
        _receiver.Answer(500, 404, 301);
        var id = await _client.CreateAsync();
        var taken = await _sandbox.Ledger.WaitForEventsAsync(id, null, 2, s_patience);

        Assert.Equal(2, taken.Count);
        var refused = _sandbox.Ledger.Events(id).Where(attempt => !attempt.Accepted).ToList();
        Assert.Equal([301, 404, 500], refused.Select(attempt => attempt.Answered).Order());
        Assert.All(refused, attempt => Assert.Contains(taken, other => other.EventId == attempt.EventId && other.Attempt > attempt.Attempt));
    }

    [Fact]
    public async Task Faults_lose_repeat_reorder_and_spoil_deliveries()
    {
        await SubscribeAsync();
        await FaultAsync("payment_intent.created", "drop_before");
        await FaultAsync("payment_intent.amount_capturable_updated", "duplicate");
        var id = await _client.CreateAsync();
        var repeated = await _receiver.TakeAsync(3);
        Assert.All(repeated, push => Assert.Equal("payment_intent.amount_capturable_updated", push.Type));
        Assert.Single(repeated.Select(push => Text(push.Json, "id")).Distinct());

        await FaultAsync("payment_intent.canceled", "bad_signature");
        await _client.PostAsync($"v1/payment_intents/{id}/cancel");
        var spoiled = (await _receiver.TakeAsync(1))[0];
        Assert.DoesNotContain(Sign(Secret, spoiled), spoiled.Headers["Stripe-Signature"], StringComparison.Ordinal);

        // Both come of one call: what overtakes is there, however late the deliveries are.
        await FaultAsync("payment_intent.created", "reorder");
        await _client.CreateAsync("pm_usBankAccount", "&payment_method_types[]=us_bank_account");
        Assert.Equal(["payment_intent.processing", "payment_intent.created"], (await _receiver.TakeAsync(2)).Select(push => push.Type));

        await FaultAsync("payment_intent.payment_failed", "stale_timestamp");
        await FaultAsync("payment_intent.created", "drop_before");
        await FaultAsync("payment_intent.processing", "drop_after");
        var failing = await _client.CreateAsync("pm_usBankAccount", "&payment_method_types[]=us_bank_account");
        var lostAnswer = await _receiver.TakeAsync(2);
        Assert.Single(lostAnswer.Select(push => Text(push.Json, "id")).Distinct());
        await _client.JsonAsync(HttpMethod.Post, $"control/payment_intents/{failing}/fail");
        var stale = (await _receiver.TakeAsync(1))[0];
        Assert.Contains(Sign(Secret, stale), stale.Headers["Stripe-Signature"], StringComparison.Ordinal);
        var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(stale.Headers["Stripe-Signature"].Split(',')[0]["t=".Length..]);
        Assert.InRange(age, 3600, 3660);
    }

    [Fact]
    public async Task Nothing_is_pushed_to_an_endpoint_that_is_gone()
    {
        await SubscribeAsync();
        var cleared = await _client.JsonAsync(HttpMethod.Delete, "control/stripe/webhook_endpoints");
        Assert.Equal(0, cleared.Body.GetProperty("urls").GetArrayLength());
        var id = await _client.CreateAsync();
        await SubscribeAsync();
        await _client.PostAsync($"v1/payment_intents/{id}/cancel");
        Assert.Equal("payment_intent.canceled", (await _receiver.TakeAsync(1))[0].Type);
        Assert.Single(await _sandbox.Ledger.WaitForEventsAsync(id, null, 1, s_patience));
    }

    [Theory]
    [InlineData("stripe", """{"url":"here","secrets":["whsec_1"]}""")]
    [InlineData("stripe", """{"url":"http://localhost/","secrets":[]}""")]
    [InlineData("stripe", """{"url":"http://localhost/","secrets":["whsec_1"],"retrySeconds":0}""")]
    [InlineData("stripe", """{"url":"http://localhost/"}""")]
    [InlineData("klarna", """{"url":"http://localhost/","keyId":"","secret":"x"}""")]
    [InlineData("klarna", """{"url":"http://localhost/","keyId":"1","secret":""}""")]
    [InlineData("klarna", "[]")]
    public async Task An_endpoint_that_cannot_work_is_refused(string provider, string json) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await _client.JsonAsync(HttpMethod.Put, $"control/{provider}/webhook_endpoints", json)).Status);

    [Theory]
    [InlineData("payment_intent.cancel", "duplicate")]
    [InlineData("payment_intent.*", "reorder")]
    [InlineData("webhook:shop", "bad_signature")]
    [InlineData("stripe.event", "error_500")]
    [InlineData("klarna.event", "stale_timestamp")]
    public async Task A_fault_that_means_nothing_there_is_refused(string operation, string kind) =>
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await _client.JsonAsync(HttpMethod.Post, "control/faults", $$"""{"operation":"{{operation}}","kind":"{{kind}}"}""")).Status);

    private async Task SubscribeAsync()
    {
        var answer = await _client.JsonAsync(HttpMethod.Put, "control/stripe/webhook_endpoints",
            $$"""{"url":"{{_receiver.Address}}","secrets":["{{NewSecret}}","{{Secret}}"],"retrySeconds":0.05}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    private async Task FaultAsync(string type, string kind) => Assert.Equal(
        HttpStatusCode.Created,
        (await _client.JsonAsync(HttpMethod.Post, "control/faults", $$"""{"operation":"stripe.event","kind":"{{kind}}","match":"{{type}}"}""")).Status);

    private static string Sign(string secret, Push push)
    {
        var time = push.Headers["Stripe-Signature"].Split(',')[0]["t=".Length..];
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes($"{time}."), .. push.Raw]));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private sealed record Push(byte[] Raw, IReadOnlyDictionary<string, string> Headers)
    {
        public string Body => Encoding.UTF8.GetString(Raw);

        public JsonElement Json { get; } = JsonSerializer.Deserialize<JsonElement>(Raw);

        public string Type => Text(Json, "type")!;

        public JsonElement Object => Json.GetProperty("data").GetProperty("object");
    }

    /// <summary>Takes everything that comes, and answers 200 unless told otherwise.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly Channel<Push> _pushes = Channel.CreateUnbounded<Push>();
        private readonly ConcurrentQueue<int> _answers = new();
        private readonly WebApplication _app;

        public Receiver()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.MapPost("/", async http =>
            {
                using var body = new MemoryStream();
                await http.Request.Body.CopyToAsync(body);
                var headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
                http.Response.StatusCode = _answers.TryDequeue(out var status) ? status : StatusCodes.Status200OK;
                await _pushes.Writer.WriteAsync(new Push(body.ToArray(), headers));
            });
        }

        public Uri Address => new(_app.Urls.Single());

        public Task StartAsync() => _app.StartAsync();

        public void Answer(params int[] statuses) => Array.ForEach(statuses, _answers.Enqueue);

        public async Task<List<Push>> TakeAsync(int count)
        {
            var taken = new List<Push>();
            while (taken.Count < count)
                taken.Add(await _pushes.Reader.ReadAsync().AsTask().WaitAsync(s_patience));
            return taken;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
