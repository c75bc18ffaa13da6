using System.Net;

namespace Payments.Sandbox.Tests;

public sealed class FaultTests : SandboxTest
{
    [Fact]
    public async Task A_connection_dropped_before_leaves_no_trace_and_the_same_key_then_works()
    {
        var id = await Client.CreateAsync();
        await OrderAsync("""{"operation":"payment_intent.cancel","kind":"drop_before"}""");
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k"));
        Assert.Equal(0, Count("payment_intent.cancel"));
        Assert.Equal("canceled", (await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k")).Text("status"));
    }

    [Fact]
    public async Task A_connection_dropped_after_has_committed_and_the_same_key_replays()
    {
        var id = await Client.CreateAsync();
        await OrderAsync("""{"operation":"payment_intent.cancel","kind":"drop_after"}""");
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k"));
        Assert.Equal(1, Count("payment_intent.cancel", id));
        var replay = await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k");
        Assert.Equal("canceled", replay.Text("status"));
        Assert.Equal("true", replay.Header("Idempotent-Replayed"));
        Assert.Equal(1, Count("payment_intent.cancel", id));
    }

    [Fact]
    public async Task An_answer_can_be_lost_twice()
    {
        Sandbox.Faults.Add(new("payment_intent.create", FaultKind.DropAfter, Count: 2));
        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<HttpRequestException>(() => Client.PostAsync("v1/payment_intents", "amount=1&currency=usd", "k"));
        Assert.Equal(HttpStatusCode.OK, (await Client.PostAsync("v1/payment_intents", "amount=1&currency=usd", "k")).Status);
        Assert.Equal(1, Count("payment_intent.create"));
    }

    [Theory]
    [InlineData("before", 0)]
    [InlineData("after", 1)]
    public async Task A_500_is_stored_and_replayed_whether_or_not_the_effect_happened(string phase, int effects)
    {
        var id = await Client.CreateAsync();
        await OrderAsync($$"""{"operation":"payment_intent.cancel","kind":"error_500","phase":"{{phase}}"}""");
        var first = await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k");
        Assert.Equal(HttpStatusCode.InternalServerError, first.Status);
        Assert.Equal("api_error", first.Error.GetProperty("type").GetString());
        Assert.Equal("false", first.Header("Stripe-Should-Retry"));
        Assert.Equal(effects, Count("payment_intent.cancel", id));

        var replay = await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k");
        Assert.Equal(HttpStatusCode.InternalServerError, replay.Status);
        Assert.Equal("true", replay.Header("Idempotent-Replayed"));

        var fresh = await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k2");
        Assert.Equal(effects == 0 ? HttpStatusCode.OK : HttpStatusCode.BadRequest, fresh.Status);
        Assert.Equal(1, Count("payment_intent.cancel", id));
    }

    [Theory]
    [InlineData("lock_timeout", 429, "lock_timeout", "true")]
    [InlineData("rate_limit", 429, "rate_limit", null)]
    [InlineData("idempotency_in_use", 409, "idempotency_key_in_use", null)]
    public async Task A_conflict_changes_nothing_and_the_same_key_works_next_time(string kind, int status, string code, string? retry)
    {
        var id = await Client.CreateAsync();
        await OrderAsync($$"""{"operation":"payment_intent.cancel","kind":"{{kind}}","retryAfterSeconds":3}""");
        var refused = await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k");
        Assert.Equal((HttpStatusCode)status, refused.Status);
        Assert.Equal(code, refused.Error.GetProperty("code").GetString());
        Assert.Equal(retry, refused.Header("Stripe-Should-Retry"));
        Assert.Equal("canceled", (await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k")).Text("status"));
    }

    [Fact]
    public async Task A_refusal_is_definite_shows_the_intent_and_sticks_to_its_key()
    {
        var id = await Client.CreateAsync();
        await OrderAsync("""{"operation":"payment_intent.cancel","kind":"refuse","code":"charge_disputed"}""");
        var refused = await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("charge_disputed", refused.Error.GetProperty("code").GetString());
        Assert.Equal("requires_capture", refused.Error.GetProperty("payment_intent").GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "k")).Status);
        Assert.Equal(0, Count("payment_intent.cancel"));
    }

    [Fact]
    public async Task Latency_before_delays_the_effect_and_a_client_that_hangs_up_does_not_stop_it()
    {
        var id = await Client.CreateAsync();
        Sandbox.Faults.Add(new("payment_intent.cancel", FaultKind.Latency, LatencyMs: 5_000));
        using var patience = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Post, $"v1/payment_intents/{id}/cancel");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer sk_test_tests");
        var call = Client.Http.SendAsync(request, patience.Token);
        await Clock.SomethingWaitsAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, Count("payment_intent.cancel"));

        var happened = Sandbox.Ledger.WaitForOperationsAsync(id, "payment_intent.cancel", timeout: TimeSpan.FromHours(1));
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Single(await happened);
    }

    [Fact]
    public async Task Latency_after_delays_only_the_answer()
    {
        var id = await Client.CreateAsync();
        Sandbox.Faults.Add(new("payment_intent.cancel", FaultKind.Latency, LatencyMs: 5_000, Phase: FaultPhase.After));
        var call = Client.PostAsync($"v1/payment_intents/{id}/cancel");
        await Clock.SomethingWaitsAsync();
        Assert.Equal(1, Count("payment_intent.cancel"));
        Assert.False(call.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("canceled", (await call).Text("status"));
    }

    [Fact]
    public async Task A_fault_hits_only_the_object_it_names_and_only_as_often_as_ordered()
    {
        var spared = await Client.CreateAsync(more: "&capture_method=manual&metadata[payment_id]=p1");
        var named = await Client.CreateAsync(more: "&capture_method=manual&metadata[payment_id]=p2");
        Sandbox.Faults.Add(new("payment_intent.*", FaultKind.LockTimeout, Count: 2, Match: "p2"));
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync($"v1/payment_intents/{spared}")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Client.GetAsync($"v1/payment_intents/{named}")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Client.PostAsync($"v1/payment_intents/{named}/cancel")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Client.PostAsync($"v1/payment_intents/{named}/cancel")).Status);
        Assert.Empty(Sandbox.Faults.List());
    }

    [Fact]
    public async Task Chance_repeats_with_its_seed()
    {
        async Task<string> RunAsync()
        {
            Sandbox.Faults.Clear();
            Sandbox.Faults.Add(new("payment_intent.list", FaultKind.RateLimit, Count: -1, Probability: 0.5, Seed: 7));
            var pattern = "";
            for (var i = 0; i < 30; i++)
                pattern += (await Client.GetAsync("v1/payment_intents")).Status == HttpStatusCode.OK ? '.' : 'x';
            return pattern;
        }

        var first = await RunAsync();
        Assert.Equal(first, await RunAsync());
        Assert.Contains('.', first);
        Assert.Contains('x', first);
    }

    [Fact]
    public async Task Any_status_can_be_ordered_with_its_body()
    {
        await OrderAsync("""{"operation":"refund.create","kind":"status","statusCode":503,"body":"<html>busy</html>","retryAfterSeconds":9}""");
        var id = await Client.CreateAsync(more: "");
        var request = new HttpRequestMessage(HttpMethod.Post, "v1/refunds") { Content = new FormUrlEncodedContent([new("payment_intent", id)]) };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer sk_test_tests");
        using var answer = await Client.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("<html>busy</html>", await answer.Content.ReadAsStringAsync());
        Assert.Equal(TimeSpan.FromSeconds(9), answer.Headers.RetryAfter!.Delta);
        Assert.Equal(0, Count("refund.create"));
    }

    [Theory]
    [InlineData("""{"operation":"payment_intent.destroy","kind":"refuse"}""")]
    [InlineData("""{"operation":"payment_intent.cancel","kind":"explode"}""")]
    [InlineData("""{"operation":"payment_intent.cancel","kind":"latency"}""")]
    [InlineData("""{"operation":"payment_intent.cancel","kind":"refuse","count":0}""")]
    [InlineData("""{"operation":"payment_intent.cancel","kind":"refuse","probability":2}""")]
    [InlineData("""{"operation":"payment_intent.cancel","kind":"refuse","cuont":2}""")]
    [InlineData("""{"operation":"payment_intent.cancel","kind":"status"}""")]
    [InlineData("""{"operation":"payment_intent.cancel"}""")]
    [InlineData("""{"kind":"refuse"}""")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("")]
    public async Task An_order_that_makes_no_sense_is_refused(string order)
    {
        var refused = await Client.JsonAsync(HttpMethod.Post, "control/faults", order);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.NotEmpty(refused.Text("error"));
        Assert.Empty(Sandbox.Faults.List());
    }

    [Fact]
    public async Task Faults_can_be_listed_and_cleared()
    {
        await OrderAsync("""{"operation":"payment_intent.cancel","kind":"refuse","count":-1}""");
        await OrderAsync("""{"operation":"klarna.cancel","kind":"drop_after","count":3}""");
        var listed = (await Client.JsonAsync(HttpMethod.Get, "control/faults")).Body;
        Assert.Equal([-1, 3], listed.EnumerateArray().Select(found => found.GetProperty("remaining").GetInt32()));
        var id = listed[0].GetProperty("rule").GetProperty("id").GetString();
        Assert.Equal(1, (await Client.JsonAsync(HttpMethod.Delete, $"control/faults/{id}")).Body.GetProperty("cleared").GetInt32());
        Assert.Equal(1, (await Client.JsonAsync(HttpMethod.Delete, "control/faults")).Body.GetProperty("cleared").GetInt32());
    }

    private async Task OrderAsync(string order) =>
        Assert.Equal(HttpStatusCode.Created, (await Client.JsonAsync(HttpMethod.Post, "control/faults", order)).Status);
}
