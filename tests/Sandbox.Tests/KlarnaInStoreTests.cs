using System.Net;

namespace Payments.Sandbox.Tests;

/// <summary>In-store sessions and refunds of orders, the classic APIs.</summary>
public sealed class KlarnaInStoreTests : SandboxTest
{
    private const string Body =
        """
        {"acquiring_channel":"in_store","purchase_country":"GR","purchase_currency":"EUR","merchant_reference1":"27","order_amount":1000,"order_tax_amount":0,
         "order_lines":[{"name":"A","quantity":1,"unit_price":1000,"total_amount":1000}],"distribution":{"method":"one_qr","short_code":"2005"}}
        """;

    [Theory]
    [InlineData("")]
    [InlineData("klarna/")]
    public async Task A_session_is_started_read_and_cancelled_under_both_roots(string root)
    {
        var made = await Client.KlarnaAsync(HttpMethod.Post, $"{root}payments/v1/sessions", Body, "k");
        Assert.Equal(HttpStatusCode.OK, made.Status);
        var id = made.Text("session_id");
        Assert.EndsWith($"/iss/v1/distributions/{id}", made.Body.GetProperty("distribution").GetProperty("result_url").GetString(), StringComparison.Ordinal);
        Assert.Equal(id, (await Client.KlarnaAsync(HttpMethod.Post, $"{root}payments/v1/sessions", Body, "k")).Text("session_id"));

        Assert.Equal("DISTRIBUTED", (await Client.KlarnaAsync(HttpMethod.Get, $"{root}iss/v1/distributions/{id}")).Text("status"));
        Assert.Equal(HttpStatusCode.NoContent, (await Client.KlarnaAsync(HttpMethod.Delete, $"{root}payments/v1/sessions/{id}")).Status);
        Assert.Equal("CANCELED", (await Client.KlarnaAsync(HttpMethod.Get, $"{root}iss/v1/distributions/{id}")).Text("status"));
        Assert.Equal((1, 1), (Count("klarna.create", id), Count("klarna.cancel", id)));

        var second = await Client.KlarnaAsync(HttpMethod.Delete, $"{root}payments/v1/sessions/{id}");
        Assert.Equal((HttpStatusCode.Conflict, "RESOURCE_CONFLICT"), (second.Status, second.Text("error_code")));
        Assert.NotEmpty(second.Text("correlation_id"));
        Assert.Equal(1, Count("klarna.cancel", id));
    }

    [Theory]
    [InlineData("in_progress", "ACCESSED")]
    [InlineData("complete", "COMPLETED")]
    [InlineData("decline", "DECLINED")]
    [InlineData("expire", "EXPIRED")]
    public async Task What_the_customer_does_is_what_the_distribution_says(string action, string status)
    {
        var id = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await Client.JsonAsync(HttpMethod.Post, $"control/klarna/{id}/{action}")).Status);

        var read = await Client.KlarnaAsync(HttpMethod.Get, $"iss/v1/distributions/{id}");

        Assert.Equal(status, read.Text("status"));
        Assert.Equal(action == "complete", read.Body.TryGetProperty("order_id", out _));
    }

    [Fact]
    public async Task A_session_lives_46_hours_and_neither_api_knows_the_others_objects()
    {
        var id = await StartAsync();
        var request = (await Client.KlarnaAsync(HttpMethod.Post, "v2/payment/requests", """{"amount":1,"currency":"EUR"}""")).Text("payment_request_id");
        Assert.Equal(HttpStatusCode.NotFound, (await Client.KlarnaAsync(HttpMethod.Get, $"v2/payment/requests/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Client.KlarnaAsync(HttpMethod.Delete, $"payments/v1/sessions/{request}")).Status);

        Clock.Advance(TimeSpan.FromHours(46) - TimeSpan.FromSeconds(1));
        Assert.Equal("DISTRIBUTED", (await Client.KlarnaAsync(HttpMethod.Get, $"iss/v1/distributions/{id}")).Text("status"));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("EXPIRED", (await Client.KlarnaAsync(HttpMethod.Get, $"iss/v1/distributions/{id}")).Text("status"));
    }

    [Theory]
    [InlineData("in_store", "ecommerce")]
    [InlineData("one_qr", "sms")]
    [InlineData("2005", "SHOP-01")]
    [InlineData("\"total_amount\":1000", "\"total_amount\":999")]
    [InlineData("\"order_amount\":1000", "\"order_amount\":0")]
    public async Task A_malformed_start_is_refused_in_the_classic_form(string part, string wrong)
    {
        var refused = await Client.KlarnaAsync(HttpMethod.Post, "payments/v1/sessions", Body.Replace(part, wrong, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("VALIDATION_ERROR", refused.Text("error_code"));
        Assert.Equal(1, refused.Body.GetProperty("error_messages").GetArrayLength());
        Assert.Empty(Sandbox.Ledger.Operations());
    }

    [Fact]
    public async Task An_order_is_refunded_in_parts_and_never_beyond_what_was_paid()
    {
        var (id, order) = await PayAsync();

        var first = await RefundAsync(order, 600, "a");
        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.EndsWith($"/{first.Header("Refund-Id")}", first.Header("Location"), StringComparison.Ordinal);
        Assert.Equal(first.Header("Refund-Id"), (await RefundAsync(order, 600, "a")).Header("Refund-Id"));
        var tooMuch = await RefundAsync(order, 401, "b");
        Assert.Equal((HttpStatusCode.Forbidden, "REFUND_NOT_ALLOWED"), (tooMuch.Status, tooMuch.Text("error_code")));
        Assert.Equal(HttpStatusCode.Created, (await RefundAsync(order, 400, "c")).Status);

        var read = await Client.KlarnaAsync(HttpMethod.Get, $"ordermanagement/v1/orders/{order}");
        Assert.Equal(1000, read.Body.GetProperty("refunded_amount").GetInt64());
        Assert.Equal(["ref-a", "ref-c"], read.Body.GetProperty("refunds").EnumerateArray().Select(refund => refund.GetProperty("reference").GetString()!));
        Assert.Equal(2, Count("klarna.refund", id));
        Assert.Equal(["klarna.create", "klarna.complete", "klarna.refund", "klarna.refund"], Sandbox.Ledger.Operations(id).Select(made => made.Operation));
    }

    [Fact]
    public async Task Refunds_at_once_give_back_no_more_than_was_paid()
    {
        var (id, order) = await PayAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => RefundAsync(order, 300, $"race-{number}"))));

        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(900, Sandbox.Ledger.Operations(id, "klarna.refund").Sum(made => made.Amount));
    }

    [Theory]
    [InlineData(FaultKind.Refuse, FaultPhase.Before, 403, 0)]
    [InlineData(FaultKind.Error500, FaultPhase.Before, 500, 0)]
    [InlineData(FaultKind.Error500, FaultPhase.After, 500, 1)]
    [InlineData(FaultKind.RateLimit, FaultPhase.Before, 429, 0)]
    public async Task A_fault_on_a_refund_does_what_it_says(FaultKind kind, FaultPhase phase, int status, int effects)
    {
        var (id, order) = await PayAsync();
        Sandbox.Faults.Add(new("klarna.refund", kind, Phase: phase, Match: "27"));

        Assert.Equal(status, (int)(await RefundAsync(order, 100, "a")).Status);

        Assert.Equal(effects, Count("klarna.refund", id));
    }

    [Fact]
    public async Task An_order_that_nobody_placed_is_404_in_the_classic_form()
    {
        var missing = await RefundAsync("none", 1, "a");
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_NOT_FOUND"), (missing.Status, missing.Text("error_code")));
        Assert.Equal(HttpStatusCode.NotFound, (await Client.KlarnaAsync(HttpMethod.Get, "ordermanagement/v1/orders/none")).Status);
    }

    [Fact]
    public async Task Sessions_orders_refunds_and_their_keys_survive_a_kill()
    {
        var file = Path.Combine(Path.GetTempPath(), $"sandbox-{Guid.NewGuid():N}.jsonl");
        var options = new SandboxOptions { DataFile = file };
        string id, order;
        string? refund;
        await using (var before = await SandboxHost.StartAsync(options, Clock))
        {
            using var client = new Client(before.BaseAddress);
            id = (await client.KlarnaAsync(HttpMethod.Post, "payments/v1/sessions", Body)).Text("session_id");
            await client.JsonAsync(HttpMethod.Post, $"control/klarna/{id}/complete");
            order = (await client.KlarnaAsync(HttpMethod.Get, $"iss/v1/distributions/{id}")).Text("order_id");
            refund = (await RefundAsync(order, 700, "a", client)).Header("Refund-Id");
        }

        await using (var after = await SandboxHost.StartAsync(options, Clock))
        {
            using var again = new Client(after.BaseAddress);
            Assert.Equal(refund, (await RefundAsync(order, 700, "a", again)).Header("Refund-Id"));
            Assert.Equal(HttpStatusCode.Forbidden, (await RefundAsync(order, 301, "b", again)).Status);
            Assert.Single((await again.JsonAsync(HttpMethod.Get, $"ledger/klarna/{id}")).Body.GetProperty("refunds").EnumerateArray());
        }

        File.Delete(file);
    }

    private async Task<string> StartAsync() => (await Client.KlarnaAsync(HttpMethod.Post, "payments/v1/sessions", Body)).Text("session_id");

    private async Task<(string Id, string Order)> PayAsync()
    {
        var id = await StartAsync();
        await Client.JsonAsync(HttpMethod.Post, $"control/klarna/{id}/complete");
        return (id, (await Client.KlarnaAsync(HttpMethod.Get, $"iss/v1/distributions/{id}")).Text("order_id"));
    }

    private Task<Answer> RefundAsync(string order, long amount, string key, Client? client = null) => (client ?? Client).KlarnaAsync(
        HttpMethod.Post, $"ordermanagement/v1/orders/{order}/refunds", $$"""{"refunded_amount":{{amount}},"reference":"ref-{{key}}"}""", key);
}
