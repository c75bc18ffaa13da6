using System.Net;

namespace Payments.Sandbox.Tests;

public sealed class LedgerTests : SandboxTest
{
    [Fact]
    public async Task The_ledger_over_HTTP_tells_the_same_as_in_process()
    {
        var id = await Client.CreateAsync(more: "&metadata[payment_id]=p1", key: "k");
        await Client.PostAsync("v1/refunds", $"payment_intent={id}&amount=100");
        await Client.PostAsync($"v1/payment_intents/{id}/cancel");
        await Client.GetAsync("v1/payment_intents/pi_nobody");

        var all = (await Client.JsonAsync(HttpMethod.Get, "ledger/operations")).Body;
        Assert.Equal(["payment_intent.create", "payment_intent.succeeded", "refund.create"],
            all.GetProperty("operations").EnumerateArray().Select(found => found.GetProperty("operation").GetString()));
        var first = all.GetProperty("operations")[0];
        Assert.Equal((id, "k", "p1", 5000L), (first.GetProperty("object").GetString(), first.GetProperty("idempotencyKey").GetString(),
            first.GetProperty("metadata").GetProperty("payment_id").GetString(), first.GetProperty("amount").GetInt64()));
        Assert.Equal(1, (await CountAsync($"ledger/operations?object={id}&operation=refund.create")));
        Assert.Equal(1, (await CountAsync($"ledger/operations?object={id}&since=2")));
        Assert.Equal(2, (await CountAsync("ledger/operations?limit=2")));
        Assert.Equal(0, (await CountAsync("ledger/operations?object=pi_nobody")));

        var history = (await Client.JsonAsync(HttpMethod.Get, $"ledger/payment_intents/{id}")).Body;
        Assert.Equal(100, history.GetProperty("refunds")[0].GetProperty("amount").GetInt64());
        Assert.Equal("succeeded", history.GetProperty("paymentIntent").GetProperty("status").GetString());
        var found = (await Client.JsonAsync(HttpMethod.Get, "ledger/by-metadata?key=payment_id&value=p1")).Body;
        Assert.Equal(3, Assert.Single(found.GetProperty("paymentIntents").EnumerateArray()).GetProperty("operations").GetArrayLength());

        var summary = (await Client.JsonAsync(HttpMethod.Get, "ledger/summary")).Body;
        Assert.Equal(1, summary.GetProperty("operations").GetProperty("refund.create").GetInt64());
        Assert.Equal((4L, 2L), (summary.GetProperty("requests").GetInt64(), summary.GetProperty("refusals").GetInt64()));
        var calls = (await Client.JsonAsync(HttpMethod.Get, "ledger/calls/summary")).Body.GetProperty("calls");
        Assert.Equal(1, calls.GetProperty("payment_intent.cancel").GetProperty("calls").GetInt64());
        Assert.Equal(1, calls.GetProperty("payment_intent.cancel").GetProperty("refused").GetInt64());
        Assert.Equal("ok", (await Client.JsonAsync(HttpMethod.Get, "health")).Text("status"));
    }

    [Theory]
    [InlineData("ledger/operations?since=soon", HttpStatusCode.BadRequest)]
    [InlineData("ledger/operations?limit=-1", HttpStatusCode.BadRequest)]
    [InlineData("ledger/by-metadata?key=a", HttpStatusCode.BadRequest)]
    [InlineData("ledger/payment_intents/pi_nobody", HttpStatusCode.NotFound)]
    [InlineData("ledger/klarna/none", HttpStatusCode.NotFound)]
    public async Task A_wrong_question_gets_a_clear_answer(string path, HttpStatusCode status)
    {
        var answer = await Client.JsonAsync(HttpMethod.Get, path);
        Assert.Equal(status, answer.Status);
        Assert.NotEmpty(answer.Text("error"));
    }

    [Fact]
    public async Task A_wait_for_calls_ends_when_a_held_call_has_arrived()
    {
        var id = await Client.CreateAsync();
        Sandbox.Faults.Add(new("payment_intent.cancel", FaultKind.Latency, LatencyMs: 60_000));
        var wait = Client.JsonAsync(HttpMethod.Get, "ledger/calls/wait?operation=payment_intent.cancel&calls=1&faults=1");
        await Clock.SomethingWaitsAsync();
        Assert.False(wait.IsCompleted);
        var held = Client.PostAsync($"v1/payment_intents/{id}/cancel");
        var answer = (await wait).Body;
        Assert.True(answer.GetProperty("complete").GetBoolean());
        Assert.Equal((1L, 1L), (answer.GetProperty("count").GetProperty("calls").GetInt64(), answer.GetProperty("count").GetProperty("faults").GetInt64()));
        await Clock.SomethingWaitsAsync();
        Assert.False(held.IsCompleted);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await held;

        var vain = (await Client.JsonAsync(HttpMethod.Get, "ledger/calls/wait?operation=payment_intent.cancel&calls=2&timeoutSeconds=0")).Body;
        Assert.False(vain.GetProperty("complete").GetBoolean());
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.JsonAsync(HttpMethod.Get, "ledger/calls/wait")).Status);
    }

    [Fact]
    public async Task A_wait_returns_with_the_webhook_it_waits_for_and_not_with_another()
    {
        var wait = Client.JsonAsync(HttpMethod.Get, "ledger/webhooks/wait?payment=p1&count=2&timeoutSeconds=10");
        await Clock.SomethingWaitsAsync();
        await DeliverAsync("p1");
        await DeliverAsync("p2");
        Sandbox.Faults.Add(new("webhook:shop", FaultKind.Status, StatusCode: 500));
        await DeliverAsync("p1");
        Assert.False(wait.IsCompleted);
        await DeliverAsync("p1");
        var answer = await wait;
        Assert.True(answer.Body.GetProperty("complete").GetBoolean());
        Assert.Equal(2, answer.Body.GetProperty("count").GetInt32());

        Assert.True((await Client.JsonAsync(HttpMethod.Get, "ledger/webhooks/wait?payment=p2")).Body.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task A_wait_in_vain_ends_with_what_there_is()
    {
        await DeliverAsync("p1");
        var wait = Client.JsonAsync(HttpMethod.Get, "ledger/webhooks/wait?payment=p1&count=2&timeoutSeconds=10");
        await Clock.SomethingWaitsAsync();
        Clock.Advance(TimeSpan.FromSeconds(10));
        var answer = await wait;
        Assert.False(answer.Body.GetProperty("complete").GetBoolean());
        Assert.Equal(1, answer.Body.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task One_can_wait_for_an_operation()
    {
        var id = await Client.CreateAsync();
        var wait = Client.JsonAsync(HttpMethod.Get, $"ledger/operations/wait?object={id}&operation=payment_intent.cancel");
        await Clock.SomethingWaitsAsync();
        await Client.PostAsync($"v1/payment_intents/{await Client.CreateAsync()}/cancel");
        Assert.False(wait.IsCompleted);
        await Client.PostAsync($"v1/payment_intents/{id}/cancel");
        Assert.True((await wait).Body.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task One_can_wait_for_calls_whether_they_had_an_effect_or_not()
    {
        var wait = Client.JsonAsync(HttpMethod.Get, "ledger/calls/wait?operation=payment_intent.retrieve&calls=2&refused=2");
        await Clock.SomethingWaitsAsync();
        await Client.GetAsync("v1/payment_intents/pi_nobody");
        Assert.False(wait.IsCompleted);
        await Client.GetAsync("v1/payment_intents/pi_nobody");
        Assert.True((await wait).Body.GetProperty("complete").GetBoolean());

        var inVain = Client.JsonAsync(HttpMethod.Get, "ledger/calls/wait?operation=payment_intent.retrieve&calls=3");
        await Clock.SomethingWaitsAsync();
        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False((await inVain).Body.GetProperty("complete").GetBoolean());
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.JsonAsync(HttpMethod.Get, "ledger/calls/wait")).Status);
    }

    private async Task<int> CountAsync(string path) => (await Client.JsonAsync(HttpMethod.Get, path)).Body.GetProperty("count").GetInt32();

    private Task<Answer> DeliverAsync(string payment) =>
        Client.JsonAsync(HttpMethod.Post, "merchants/shop/webhooks", $$$"""{"name":"PAYMENT_CANCELLED","payload":{"id":"{{{payment}}}"}}""");
}
