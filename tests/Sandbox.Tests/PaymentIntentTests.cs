using System.Net;

namespace Payments.Sandbox.Tests;

public sealed class PaymentIntentTests : SandboxTest
{
    [Fact]
    public async Task A_card_with_manual_capture_is_authorized_and_its_cancel_releases_the_hold()
    {
        var made = await Client.PostAsync("v1/payment_intents",
            "amount=5000&currency=USD&confirm=true&payment_method=pm_card_visa&capture_method=manual&metadata%5Bpayment_id%5D=p%201&description=caf%C3%A9");
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.Equal("requires_capture", made.Text("status"));
        Assert.Equal(5000, made.Body.GetProperty("amount_capturable").GetInt64());
        Assert.Equal("usd", made.Text("currency"));
        Assert.Equal("p 1", made.Body.GetProperty("metadata").GetProperty("payment_id").GetString());
        Assert.Equal("café", made.Text("description"));
        Assert.StartsWith("req_", made.Header("Request-Id"), StringComparison.Ordinal);

        Clock.Advance(TimeSpan.FromSeconds(5));
        var cancelled = await Client.PostAsync($"v1/payment_intents/{made.Text("id")}/cancel", "cancellation_reason=fraudulent");
        Assert.Equal(HttpStatusCode.OK, cancelled.Status);
        Assert.Equal("canceled", cancelled.Text("status"));
        Assert.Equal("fraudulent", cancelled.Text("cancellation_reason"));
        Assert.Equal(0, cancelled.Body.GetProperty("amount_capturable").GetInt64());
        Assert.Equal(made.Body.GetProperty("created").GetInt64() + 5, cancelled.Body.GetProperty("canceled_at").GetInt64());
        Assert.Equal(["payment_intent.create", "payment_intent.authorized", "payment_intent.cancel"],
            Sandbox.Ledger.Operations(made.Text("id")).Select(found => found.Operation));
    }

    [Fact]
    public async Task A_capture_may_be_partial_but_never_more_than_is_held()
    {
        var id = await Client.CreateAsync();
        var tooMuch = await Client.PostAsync($"v1/payment_intents/{id}/capture", "amount_to_capture=5001");
        Assert.Equal(HttpStatusCode.BadRequest, tooMuch.Status);
        Assert.Equal("amount_to_capture", tooMuch.Error.GetProperty("param").GetString());

        var captured = await Client.PostAsync($"v1/payment_intents/{id}/capture", "amount_to_capture=1234");
        Assert.Equal("succeeded", captured.Text("status"));
        Assert.Equal(1234, captured.Body.GetProperty("amount_received").GetInt64());
        Assert.Equal(1234, Assert.Single(Sandbox.Ledger.Operations(id, "payment_intent.capture")).Amount);
    }

    [Theory]
    [InlineData("capture", "succeeded")]
    [InlineData("cancel", "canceled")]
    public async Task A_cancel_in_a_final_state_is_refused_with_the_intent_inside(string first, string status)
    {
        var id = await Client.CreateAsync();
        await Client.PostAsync($"v1/payment_intents/{id}/{first}");

        var refused = await Client.PostAsync($"v1/payment_intents/{id}/cancel");

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("invalid_request_error", refused.Error.GetProperty("type").GetString());
        Assert.Equal("payment_intent_unexpected_state", refused.Error.GetProperty("code").GetString());
        Assert.Contains($"has a status of {status}", refused.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(id, refused.Error.GetProperty("payment_intent").GetProperty("id").GetString());
        Assert.Equal(status, refused.Error.GetProperty("payment_intent").GetProperty("status").GetString());
        Assert.Equal(first == "cancel" ? 1 : 0, Count("payment_intent.cancel", id));
    }

    [Theory]
    [InlineData("pm_card_chargeDeclined", "card_declined", "generic_decline")]
    [InlineData("tok_chargeDeclined", "card_declined", "generic_decline")]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds")]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "expired_card", null)]
    public async Task A_declined_card_is_402_and_leaves_an_intent_that_wants_another_method(string method, string code, string? decline)
    {
        var refused = await Client.PostAsync("v1/payment_intents", $"amount=100&currency=usd&confirm=true&payment_method={method}");
        Assert.Equal(HttpStatusCode.PaymentRequired, refused.Status);
        Assert.Equal("card_error", refused.Error.GetProperty("type").GetString());
        Assert.Equal(code, refused.Error.GetProperty("code").GetString());
        Assert.Equal(decline, refused.Error.TryGetProperty("decline_code", out var found) ? found.GetString() : null);
        var intent = refused.Error.GetProperty("payment_intent");
        Assert.Equal("requires_payment_method", intent.GetProperty("status").GetString());
        Assert.Equal(code, intent.GetProperty("last_payment_error").GetProperty("code").GetString());

        var again = await Client.PostAsync($"v1/payment_intents/{intent.GetProperty("id").GetString()}/confirm", "payment_method=pm_card_visa");
        Assert.Equal("succeeded", again.Text("status"));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, again.Body.GetProperty("last_payment_error").ValueKind);
    }

    [Theory]
    [InlineData("complete_authentication", "requires_capture")]
    [InlineData("fail_authentication", "requires_payment_method")]
    public async Task A_card_that_wants_authentication_waits_for_the_customer(string action, string status)
    {
        var made = await Client.PostAsync("v1/payment_intents",
            "amount=100&currency=usd&confirm=true&payment_method=pm_card_threeDSecure2Required&capture_method=manual");
        Assert.Equal("requires_action", made.Text("status"));
        Assert.Equal("use_stripe_sdk", made.Body.GetProperty("next_action").GetProperty("type").GetString());

        var acted = await Client.JsonAsync(HttpMethod.Post, $"control/payment_intents/{made.Text("id")}/{action}");
        Assert.Equal(HttpStatusCode.OK, acted.Status);
        Assert.Equal(status, (await Client.GetAsync($"v1/payment_intents/{made.Text("id")}")).Text("status"));

        var twice = await Client.JsonAsync(HttpMethod.Post, $"control/payment_intents/{made.Text("id")}/{action}");
        Assert.Equal(HttpStatusCode.Conflict, twice.Status);
    }

    [Fact]
    public async Task Off_session_a_card_that_wants_authentication_is_declined()
    {
        var refused = await Client.PostAsync("v1/payment_intents",
            "amount=100&currency=usd&confirm=true&off_session=true&payment_method=pm_card_authenticationRequired");
        Assert.Equal(HttpStatusCode.PaymentRequired, refused.Status);
        Assert.Equal("authentication_required", refused.Error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Creating_first_and_confirming_later_leads_to_the_same_states()
    {
        var made = await Client.PostAsync("v1/payment_intents", "amount=100&currency=usd&automatic_payment_methods[enabled]=true");
        Assert.Equal("requires_payment_method", made.Text("status"));
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.PostAsync($"v1/payment_intents/{made.Text("id")}/confirm")).Status);
        var confirmed = await Client.PostAsync($"v1/payment_intents/{made.Text("id")}/confirm", "payment_method=pm_card_mastercard");
        Assert.Equal("succeeded", confirmed.Text("status"));
        var again = await Client.PostAsync($"v1/payment_intents/{made.Text("id")}/confirm", "payment_method=pm_card_mastercard");
        Assert.Equal("payment_intent_unexpected_state", again.Error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_hold_lapses_after_seven_days()
    {
        var id = await Client.CreateAsync();
        Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.Equal("requires_capture", (await Client.GetAsync($"v1/payment_intents/{id}")).Text("status"));
        Clock.Advance(TimeSpan.FromSeconds(1));
        var lapsed = await Client.PostAsync($"v1/payment_intents/{id}/capture");
        Assert.Equal("canceled", lapsed.Error.GetProperty("payment_intent").GetProperty("status").GetString());
        Assert.Equal("automatic", lapsed.Error.GetProperty("payment_intent").GetProperty("cancellation_reason").GetString());
        Assert.Equal(1, Count("payment_intent.hold_expired", id));
        Assert.Equal(0, Count("payment_intent.cancel", id));
    }

    [Fact]
    public async Task A_hold_can_be_made_to_lapse_on_order()
    {
        var id = await Client.CreateAsync();
        await Client.JsonAsync(HttpMethod.Post, $"control/payment_intents/{id}/expire_hold");
        Assert.Equal("canceled", (await Client.GetAsync($"v1/payment_intents/{id}")).Text("status"));
    }

    [Fact]
    public async Task Metadata_can_be_changed_and_is_found_under_its_new_value_only()
    {
        var id = await Client.CreateAsync(more: "&metadata[order]=1&metadata[gone]=x");
        var updated = await Client.PostAsync($"v1/payment_intents/{id}", "metadata[order]=2&metadata[gone]=");
        Assert.Equal("2", updated.Body.GetProperty("metadata").GetProperty("order").GetString());
        Assert.False(updated.Body.GetProperty("metadata").TryGetProperty("gone", out _));
        Assert.Empty(Sandbox.Stripe.FindByMetadata("order", "1"));
        Assert.Equal(id, Assert.Single(Sandbox.Stripe.FindByMetadata("order", "2")).Id);
    }

    [Fact]
    public async Task The_charge_is_an_id_or_on_request_an_object()
    {
        var id = await Client.CreateAsync("pm_usBankAccount_success", "");
        var plain = await Client.GetAsync($"v1/payment_intents/{id}");
        var expanded = await Client.GetAsync($"v1/payment_intents/{id}?expand[]=latest_charge");
        var charge = expanded.Body.GetProperty("latest_charge");
        Assert.Equal(plain.Text("latest_charge"), charge.GetProperty("id").GetString());
        Assert.Equal("2026-06-02", charge.GetProperty("payment_method_details").GetProperty("us_bank_account").GetProperty("expected_debit_date").GetString());
        Assert.Equal("pending", (await Client.GetAsync($"v1/charges/{plain.Text("latest_charge")}")).Text("status"));
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync($"v1/charges/ch_{id[3..]}")).Status);
    }
}

public sealed class BankDebitTests : SandboxTest
{
    protected override SandboxOptions Options => new() { AchCancelWindow = TimeSpan.FromHours(4), AchSettlesAfter = TimeSpan.FromDays(4) };

    [Fact]
    public async Task A_bank_debit_is_processing_and_can_be_cancelled_while_the_window_is_open()
    {
        var id = await Client.CreateAsync("pm_usBankAccount", "&mandate_data[customer_acceptance][type]=offline");
        Clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal("canceled", (await Client.PostAsync($"v1/payment_intents/{id}/cancel")).Text("status"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_the_window_a_cancel_is_refused_and_the_debit_settles(bool onOrder)
    {
        var id = await Client.CreateAsync("pm_usBankAccount_success", "");
        if (onOrder)
            await Client.JsonAsync(HttpMethod.Post, $"control/payment_intents/{id}/close_cancel_window");
        else
            Clock.Advance(TimeSpan.FromHours(4));

        var refused = await Client.PostAsync($"v1/payment_intents/{id}/cancel");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("processing", refused.Error.GetProperty("payment_intent").GetProperty("status").GetString());

        if (onOrder)
            await Client.JsonAsync(HttpMethod.Post, $"control/payment_intents/{id}/settle");
        else
            Clock.Advance(TimeSpan.FromDays(4));
        Assert.Equal("succeeded", (await Client.GetAsync($"v1/payment_intents/{id}")).Text("status"));
        Assert.Equal(1, Count("payment_intent.succeeded", id));
        Assert.Equal(0, Count("payment_intent.cancel", id));
    }

    [Theory]
    [InlineData("pm_usBankAccount_accountClosed", "settle", "account_closed")]
    [InlineData("pm_usBankAccount_insufficientFunds", "settle", "insufficient_funds")]
    [InlineData("pm_usBankAccount_success", "fail", "payment_intent_payment_attempt_failed")]
    public async Task A_debit_that_the_bank_returns_fails_at_settlement_not_before(string method, string action, string code)
    {
        var id = await Client.CreateAsync(method, "");
        Assert.Equal("processing", Sandbox.Stripe.Find(id)!.StatusName);
        await Client.JsonAsync(HttpMethod.Post, $"control/payment_intents/{id}/{action}");
        var failed = await Client.GetAsync($"v1/payment_intents/{id}");
        Assert.Equal("requires_payment_method", failed.Text("status"));
        Assert.Equal(code, failed.Body.GetProperty("last_payment_error").GetProperty("code").GetString());
        Assert.Equal(1, Count("payment_intent.payment_failed", id));
    }

    [Theory]
    [InlineData("currency=eur")]
    [InlineData("currency=usd&capture_method=manual")]
    [InlineData("currency=usd&payment_method_types[]=card")]
    public async Task A_bank_debit_that_Stripe_would_not_take_is_refused(string form)
    {
        var refused = await Client.PostAsync("v1/payment_intents", $"amount=100&confirm=true&payment_method=pm_usBankAccount&{form}");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Empty(Sandbox.Ledger.Operations());
    }
}
