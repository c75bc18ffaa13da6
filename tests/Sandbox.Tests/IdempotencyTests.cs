using System.Net;

namespace Payments.Sandbox.Tests;

public sealed class IdempotencyTests : SandboxTest
{
    private const string Create = "amount=5000&currency=usd&confirm=true&payment_method=pm_card_visa&capture_method=manual";

    [Fact]
    public async Task A_repeated_key_gets_the_first_answer_word_for_word()
    {
        var first = await Client.PostAsync("v1/payment_intents", Create, "k");
        await Client.PostAsync($"v1/payment_intents/{first.Text("id")}/cancel");

        var again = await Client.PostAsync("v1/payment_intents", Create, "k");

        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal("true", again.Header("Idempotent-Replayed"));
        Assert.Equal("k", again.Header("Idempotency-Key"));
        Assert.Null(first.Header("Idempotent-Replayed"));
        // As it was then, not as it is now.
        Assert.Equal(first.Body.GetRawText(), again.Body.GetRawText());
        Assert.Equal(1, Count("payment_intent.create"));
        Assert.Equal("k", Sandbox.Ledger.Operations(operation: "payment_intent.create")[0].IdempotencyKey);
    }

    [Fact]
    public async Task A_key_with_other_parameters_or_on_another_path_is_an_idempotency_error()
    {
        var first = await Client.PostAsync("v1/payment_intents", Create, "k");
        var other = await Client.PostAsync("v1/payment_intents", Create + "&description=x", "k");
        Assert.Equal(HttpStatusCode.BadRequest, other.Status);
        Assert.Equal("idempotency_error", other.Error.GetProperty("type").GetString());
        var path = await Client.PostAsync($"v1/payment_intents/{first.Text("id")}/cancel", "", "k");
        Assert.Equal("idempotency_error", path.Error.GetProperty("type").GetString());
        Assert.Contains("/v1/payment_intents'", path.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, Count("payment_intent.create"));
        Assert.Equal(0, Count("payment_intent.cancel"));
    }

    [Fact]
    public async Task While_the_first_request_runs_its_key_is_in_use()
    {
        Sandbox.Faults.Add(new("payment_intent.create", FaultKind.Latency, LatencyMs: 2_000));
        var running = Client.PostAsync("v1/payment_intents", Create, "k");
        await Clock.SomethingWaitsAsync();

        var meanwhile = await Client.PostAsync("v1/payment_intents", Create, "k");
        Assert.Equal(HttpStatusCode.Conflict, meanwhile.Status);
        Assert.Equal("idempotency_key_in_use", meanwhile.Error.GetProperty("code").GetString());

        Clock.Advance(TimeSpan.FromSeconds(2));
        var first = await running;
        var replay = await Client.PostAsync("v1/payment_intents", Create, "k");
        Assert.Equal(first.Text("id"), replay.Text("id"));
        Assert.Equal(1, Count("payment_intent.create"));
    }

    [Fact]
    public async Task After_24_hours_a_key_is_a_new_one()
    {
        var first = await Client.PostAsync("v1/payment_intents", Create, "k");
        Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Equal(first.Text("id"), (await Client.PostAsync("v1/payment_intents", Create, "k")).Text("id"));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(first.Text("id"), (await Client.PostAsync("v1/payment_intents", Create, "k")).Text("id"));
        Assert.Equal(2, Count("payment_intent.create"));
    }

    [Fact]
    public async Task A_decline_and_a_wrong_state_are_stored_too()
    {
        const string Declined = "amount=100&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined";
        var decline = await Client.PostAsync("v1/payment_intents", Declined, "d");
        var replay = await Client.PostAsync("v1/payment_intents", Declined, "d");
        Assert.Equal(HttpStatusCode.PaymentRequired, replay.Status);
        Assert.Equal(decline.Body.GetRawText(), replay.Body.GetRawText());
        Assert.Equal(1, Count("payment_intent.create"));

        var id = await Client.CreateAsync("pm_usBankAccount_success", "");
        Sandbox.Stripe.CloseCancelWindow(id);
        await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "c");
        Sandbox.Stripe.Settle(id);
        var stale = await Client.PostAsync($"v1/payment_intents/{id}/cancel", "", "c");
        Assert.Equal("true", stale.Header("Idempotent-Replayed"));
        Assert.Equal("processing", stale.Error.GetProperty("payment_intent").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Keys_of_two_accounts_do_not_meet_and_reads_ignore_them()
    {
        using var other = new Client(Sandbox.BaseAddress, "sk_test_other");
        var mine = await Client.PostAsync("v1/payment_intents", Create, "k");
        var theirs = await other.PostAsync("v1/payment_intents", Create, "k");
        Assert.NotEqual(mine.Text("id"), theirs.Text("id"));
    }

    [Fact]
    public async Task A_key_longer_than_255_characters_is_refused()
    {
        Assert.Equal(HttpStatusCode.OK, (await Client.PostAsync("v1/payment_intents", Create, new string('k', 255))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.PostAsync("v1/payment_intents", Create, new string('k', 256))).Status);
    }

    [Fact]
    public async Task An_unknown_object_does_not_use_a_key_up()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await Client.PostAsync("v1/refunds", "payment_intent=pi_nobody", "k")).Status);
        var id = await Client.CreateAsync(more: "");
        Assert.Equal(HttpStatusCode.OK, (await Client.PostAsync("v1/refunds", $"payment_intent={id}", "k")).Status);
    }
}
