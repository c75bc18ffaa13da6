using System.Net;

namespace Payments.Sandbox.Tests;

public sealed class KlarnaTests : SandboxTest
{
    private const string Body = """{"amount":1000,"currency":"EUR","payment_request_reference":"order-1","customer_interaction_config":{"method":"HANDOVER","return_url":"https://m.example/back"}}""";

    [Theory]
    [InlineData("v2/payment/requests")]
    [InlineData("klarna/v2/payment/requests")]
    public async Task A_request_is_submitted_and_cancelled_under_both_roots(string root)
    {
        var made = await Client.KlarnaAsync(HttpMethod.Post, root, Body);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal("SUBMITTED", made.Text("state"));
        Assert.StartsWith("krn:payment:eu1:request:", made.Text("payment_request_id"), StringComparison.Ordinal);
        Assert.Equal(Clock.GetUtcNow().AddHours(3), made.Body.GetProperty("expires_at").GetDateTimeOffset());

        var cancelled = await Client.KlarnaAsync(HttpMethod.Delete, $"{root}/{Uri.EscapeDataString(made.Text("payment_request_id"))}");
        Assert.Equal(HttpStatusCode.OK, cancelled.Status);
        Assert.Equal("CANCELED", cancelled.Text("state"));
        Assert.Equal("SUBMITTED", cancelled.Text("previous_state"));
        Assert.Equal("PARTNER_CANCELED", cancelled.Text("state_reason"));
        Assert.Equal(1, Count("klarna.cancel", made.Text("payment_request_id")));
    }

    [Theory]
    [InlineData("complete", "COMPLETED")]
    [InlineData("decline", "DECLINED")]
    [InlineData("expire", "EXPIRED")]
    public async Task A_final_request_cannot_be_cancelled(string action, string state)
    {
        var id = await CreateAsync();
        await Client.JsonAsync(HttpMethod.Post, $"control/klarna/{id}/in_progress");
        Assert.Equal(HttpStatusCode.OK, (await Client.JsonAsync(HttpMethod.Post, $"control/klarna/{id}/{action}")).Status);

        var refused = await Client.KlarnaAsync(HttpMethod.Delete, $"v2/payment/requests/{id}");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Equal("RESOURCE_CONFLICT", refused.Text("error_code"));
        var read = await Client.KlarnaAsync(HttpMethod.Get, $"v2/payment/requests/{id}");
        Assert.Equal(state, read.Text("state"));
        Assert.Equal("IN_PROGRESS", read.Text("previous_state"));
        Assert.Equal(state == "COMPLETED", read.Body.TryGetProperty("state_context", out _));
        Assert.Equal(HttpStatusCode.Conflict, (await Client.JsonAsync(HttpMethod.Post, $"control/klarna/{id}/{action}")).Status);
        Assert.Equal(0, Count("klarna.cancel"));
    }

    [Theory]
    [InlineData("", 180)]
    [InlineData(""","customer_interaction_config":{"interaction_expiry":{"duration":"PT15M"}}""", 15)]
    [InlineData(""","customer_interaction_config":{"interaction_expiry":{"expires_at":"2026-06-01T13:00:00Z"}}""", 60)]
    public async Task A_request_expires_by_the_clock(string config, int minutes)
    {
        var made = await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", $$"""{"amount":1,"currency":"EUR"{{config}}}""");
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var path = $"v2/payment/requests/{made.Text("payment_request_id")}";
        Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        Assert.Equal("SUBMITTED", (await Client.KlarnaAsync(HttpMethod.Get, path)).Text("state"));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Conflict, (await Client.KlarnaAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal("EXPIRED", (await Client.KlarnaAsync(HttpMethod.Get, path)).Text("state"));
        Assert.Equal(1, Count("klarna.expire"));
    }

    [Theory]
    [InlineData("""{"currency":"EUR"}""", "amount")]
    [InlineData("""{"amount":0,"currency":"EUR"}""", "amount")]
    [InlineData("""{"amount":10.5,"currency":"EUR"}""", "amount")]
    [InlineData("""{"amount":"10","currency":"EUR"}""", "amount")]
    [InlineData("""{"amount":10,"currency":"eur"}""", "currency")]
    [InlineData("""{"amount":10,"currency":"EUR","customer_interaction_config":{"method":"TELEPATHY"}}""", "customer_interaction_config.method")]
    [InlineData("""{"amount":10,"currency":"EUR","customer_interaction_config":{"interaction_expiry":{"duration":"PT1M"}}}""", "customer_interaction_config.interaction_expiry")]
    [InlineData("""{"amount":10,"currency":"EUR","customer_interaction_config":{"interaction_expiry":{"duration":"soon"}}}""", "customer_interaction_config.interaction_expiry")]
    [InlineData("[]", "")]
    [InlineData("{", "")]
    public async Task A_malformed_creation_names_what_is_wrong(string json, string parameter)
    {
        var refused = await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", json, "k");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("VALIDATION_ERROR", refused.Text("error_code"));
        Assert.Equal(parameter, refused.Body.GetProperty("validation_errors")[0].GetProperty("parameter").GetString());
        Assert.Empty(Sandbox.Ledger.Operations());
        Assert.Equal(HttpStatusCode.Created, (await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", Body, "k")).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic klarna_live_api_x")]
    [InlineData("Basic klarna_test_api_")]
    [InlineData("Bearer klarna_test_api_x")]
    public async Task Without_a_test_key_nothing_is_done(string? authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "v2/payment/requests") { Content = new StringContent(Body) };
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        var refused = await Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Equal("UNAUTHORIZED", refused.Text("error_code"));
        Assert.Empty(Sandbox.Ledger.Operations());
    }

    [Fact]
    public async Task An_unknown_request_is_404()
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete })
        {
            var missing = await Client.KlarnaAsync(method, "v2/payment/requests/krn:payment:eu1:request:none");
            Assert.Equal(HttpStatusCode.NotFound, missing.Status);
            Assert.Equal("RESOURCE_NOT_FOUND", missing.Text("error_code"));
        }
    }

    [Fact]
    public async Task A_creation_replays_its_key_for_24_hours_whatever_the_body()
    {
        var first = await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", Body, "k");
        var again = await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", """{"amount":2,"currency":"SEK"}""", "k");
        Assert.Equal(first.Body.GetRawText(), again.Body.GetRawText());
        Clock.Advance(TimeSpan.FromHours(24));
        var later = await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", Body, "k");
        Assert.NotEqual(first.Text("payment_request_id"), later.Text("payment_request_id"));
        Assert.Equal(2, Count("klarna.create"));
    }

    [Theory]
    [InlineData(FaultKind.DropAfter, 1)]
    [InlineData(FaultKind.DropBefore, 0)]
    public async Task A_dropped_cancel_has_happened_or_not_as_ordered(FaultKind kind, int effects)
    {
        var id = await CreateAsync();
        Sandbox.Faults.Add(new("klarna.cancel", kind));
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.KlarnaAsync(HttpMethod.Delete, $"v2/payment/requests/{id}"));
        // Seen once: a reset is nothing that the client would paper over by repeating the call.
        Assert.Equal(new CallCount(Calls: 1, Refused: 0, Replayed: 0, Faults: 1), Sandbox.Calls.Snapshot()["klarna.cancel"]);
        Assert.Equal(effects, Count("klarna.cancel", id));
        Assert.Equal(effects == 1 ? "CANCELED" : "SUBMITTED", (await Client.KlarnaAsync(HttpMethod.Get, $"v2/payment/requests/{id}")).Text("state"));
    }

    [Theory]
    [InlineData(FaultPhase.Before, 0)]
    [InlineData(FaultPhase.After, 1)]
    public async Task A_500_says_nothing_about_the_effect(FaultPhase phase, int effects)
    {
        var id = await CreateAsync();
        Sandbox.Faults.Add(new("klarna.cancel", FaultKind.Error500, Phase: phase));
        var failed = await Client.KlarnaAsync(HttpMethod.Delete, $"v2/payment/requests/{id}");
        Assert.Equal(HttpStatusCode.InternalServerError, failed.Status);
        Assert.Equal("TECHNICAL_ERROR", failed.Text("error_type"));
        Assert.Equal(effects, Count("klarna.cancel", id));

        Sandbox.Faults.Add(new("klarna.create", FaultKind.Error500, Phase: phase));
        await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", Body, "k");
        Assert.Equal(HttpStatusCode.InternalServerError, (await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", Body, "k")).Status);
        Assert.Equal(1 + effects, Count("klarna.create"));
    }

    [Theory]
    [InlineData(FaultKind.Refuse, 403)]
    [InlineData(FaultKind.RateLimit, 429)]
    [InlineData(FaultKind.Status, 503)]
    public async Task A_refusal_changes_nothing(FaultKind kind, int status)
    {
        var id = await CreateAsync();
        Sandbox.Faults.Add(new("klarna.cancel", kind, StatusCode: kind == FaultKind.Status ? 503 : null, Match: "order-1"));
        Assert.Equal((HttpStatusCode)status, (await Client.KlarnaAsync(HttpMethod.Delete, $"v2/payment/requests/{id}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Client.KlarnaAsync(HttpMethod.Delete, $"v2/payment/requests/{id}")).Status);
    }

    [Fact]
    public async Task An_expired_request_can_be_forgotten_as_the_documentation_says()
    {
        await using var forgetful = await SandboxHost.StartAsync(new SandboxOptions { KlarnaForgetsExpired = true }, Clock);
        using var client = new Client(forgetful.BaseAddress);
        var made = await client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", Body);
        Clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal(HttpStatusCode.NotFound, (await client.KlarnaAsync(HttpMethod.Get, $"v2/payment/requests/{made.Text("payment_request_id")}")).Status);
    }

    private async Task<string> CreateAsync() => (await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", Body)).Text("payment_request_id");
}
