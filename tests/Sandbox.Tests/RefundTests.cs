using System.Net;

namespace Payments.Sandbox.Tests;

public sealed class RefundTests : SandboxTest
{
    [Fact]
    public async Task Refunds_add_up_to_the_payment_and_no_further()
    {
        var id = await Client.CreateAsync(more: "");
        var first = await Client.PostAsync("v1/refunds", $"payment_intent={id}&amount=2000&reason=requested_by_customer&metadata[reason]=ABANDONED");
        Assert.Equal("succeeded", first.Text("status"));
        Assert.Equal("ABANDONED", first.Body.GetProperty("metadata").GetProperty("reason").GetString());
        var tooMuch = await Client.PostAsync("v1/refunds", $"payment_intent={id}&amount=3001");
        Assert.Equal("amount", tooMuch.Error.GetProperty("param").GetString());
        var rest = await Client.PostAsync("v1/refunds", $"charge={first.Text("charge")}");
        Assert.Equal(3000, rest.Body.GetProperty("amount").GetInt64());
        var again = await Client.PostAsync("v1/refunds", $"payment_intent={id}");
        Assert.Equal(HttpStatusCode.BadRequest, again.Status);
        Assert.Equal("charge_already_refunded", again.Error.GetProperty("code").GetString());

        var listed = (await Client.GetAsync($"v1/refunds?payment_intent={id}")).Body.GetProperty("data");
        Assert.Equal([rest.Text("id"), first.Text("id")], listed.EnumerateArray().Select(found => found.GetProperty("id").GetString()));
        var page = (await Client.GetAsync($"v1/refunds?payment_intent={id}&limit=1&starting_after={rest.Text("id")}")).Body;
        Assert.Equal(first.Text("id"), page.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.True((await Client.GetAsync($"v1/charges/{first.Text("charge")}")).Body.GetProperty("refunded").GetBoolean());
        // A refund belongs to its intent's history.
        Assert.Equal(2, Sandbox.Ledger.Operations(id, "refund.create").Count);
    }

    [Theory]
    [InlineData("pm_card_visa", "&capture_method=manual")]
    [InlineData("pm_usBankAccount_success", "")]
    public async Task Only_collected_money_can_be_refunded(string method, string more)
    {
        var id = await Client.CreateAsync(method, more);
        var refused = await Client.PostAsync("v1/refunds", $"payment_intent={id}");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(0, Count("refund.create"));
    }

    [Fact]
    public async Task A_pending_refund_moves_on_when_told()
    {
        var id = await Client.CreateAsync("pm_card_pendingRefund", "");
        var refund = (await Client.PostAsync("v1/refunds", $"payment_intent={id}")).Text("id");
        Assert.Equal("pending", (await Client.GetAsync($"v1/refunds/{refund}")).Text("status"));
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.PostAsync($"v1/refunds/{refund}/cancel")).Status);
        await Client.JsonAsync(HttpMethod.Post, $"control/refunds/{refund}/succeed");
        Assert.Equal("succeeded", (await Client.GetAsync($"v1/refunds/{refund}")).Text("status"));
        Assert.Equal(HttpStatusCode.Conflict, (await Client.JsonAsync(HttpMethod.Post, $"control/refunds/{refund}/succeed")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.JsonAsync(HttpMethod.Post, $"control/refunds/{refund}/explode")).Status);
    }

    [Fact]
    public async Task A_refund_that_looked_successful_can_fail_and_the_money_can_be_refunded_again()
    {
        var id = await Client.CreateAsync("pm_card_refundFail", "");
        var refund = await Client.PostAsync("v1/refunds", $"payment_intent={id}");
        Assert.Equal("succeeded", refund.Text("status"));
        var failed = await Client.GetAsync($"v1/refunds/{refund.Text("id")}");
        Assert.Equal("failed", failed.Text("status"));
        Assert.Equal("expired_or_canceled_card", failed.Text("failure_reason"));
        Assert.Equal(0, Sandbox.Stripe.Find(id)!.AmountRefunded);
        Assert.Equal(HttpStatusCode.OK, (await Client.PostAsync("v1/refunds", $"payment_intent={id}")).Status);
    }

    [Fact]
    public async Task A_refund_that_requires_action_can_be_cancelled_once()
    {
        var id = await Client.CreateAsync("pm_card_pendingRefund", "");
        var refund = (await Client.PostAsync("v1/refunds", $"payment_intent={id}")).Text("id");
        await Client.JsonAsync(HttpMethod.Post, $"control/refunds/{refund}/require_action");
        Assert.Equal("canceled", (await Client.PostAsync($"v1/refunds/{refund}/cancel")).Text("status"));
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.PostAsync($"v1/refunds/{refund}/cancel")).Status);
        Assert.Equal(1, Count("refund.cancel", refund));
        Assert.Equal(0, Sandbox.Stripe.Find(id)!.AmountRefunded);
    }
}
