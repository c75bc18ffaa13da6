using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>The providers push events to the running service. Scheduled reads are a quarter of an hour away here: what follows at once, follows an event.</summary>
public abstract class ProviderEventSuite(Deployment deployment) : IAsyncLifetime
{
    private const string Applied = """{"outcome":"APPLIED"}""";
    private const string Kept = """{"outcome":"KEPT"}""";

    private MerchantClient Merchant => deployment.Merchant;

    private SandboxClient Sandbox => deployment.Sandbox;

    /// <summary>Both providers push to the silo.</summary>
    public Task InitializeAsync() => Sandbox.SubscribeAsync(deployment.Silo.BaseAddress);

    /// <summary>The other tests of the deployment do without.</summary>
    public async Task DisposeAsync()
    {
        await Sandbox.ClearFaultsAsync();
        await Sandbox.UnsubscribeAsync();
    }

    [DatabaseFact]
    public async Task A_debit_that_settles_or_bounces_is_known_at_once()
    {
        foreach (var (action, type, status) in ((string, string, string)[])
            [("settle", "payment_intent.succeeded", "COMPLETED"), ("fail", "payment_intent.payment_failed", "FAILED")])
        {
            var payment = await Merchant.CreateBankDebitAsync();
            var intent = await Sandbox.IntentIdAsync(payment);
            await Sandbox.MoveIntentAsync(intent, action);

            Assert.Equal(Applied, Assert.Single(await Sandbox.WaitForEventsAsync(intent, type)).Answer);
            (await Merchant.GetAsync(payment)).Is(200, payment.Found(status));
        }
    }

    [DatabaseFact]
    public async Task A_hold_that_lapses_cancels_its_payment_and_is_announced()
    {
        var payment = await Merchant.CreateAsync();
        var intent = await Sandbox.IntentIdAsync(payment);
        await Sandbox.MoveIntentAsync(intent, "expire_hold");

        await Sandbox.WaitForEventsAsync(intent, "payment_intent.canceled");
        await Sandbox.WaitForEventsAsync(intent, "charge.expired");
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("CANCELLED"));
        Assert.Equal(payment.Webhook, Assert.Single(await Sandbox.WaitForWebhooksAsync(payment)).Body);
    }

    [DatabaseFact]
    public async Task A_challenge_that_the_customer_passes_authorizes_its_payment()
    {
        var payment = await Merchant.CreateAsync("AUTH_REQUIRED", Harness.Merchant.ChallengedCard);
        var intent = await Sandbox.IntentIdAsync(payment);
        await Sandbox.MoveIntentAsync(intent, "complete_authentication");
        await Sandbox.WaitForEventsAsync(intent, "payment_intent.amount_capturable_updated");
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("AUTHORIZED"));
    }

    [DatabaseFact]
    public async Task A_klarna_request_follows_its_customer_and_its_clock()
    {
        foreach (var (action, change) in ((string, string)[])[("complete", "completed"), ("decline", "declined"), ("expire", "expired")])
        {
            var request = await deployment.Payhub.CreateAsync();
            await Sandbox.MoveKlarnaAsync(request, action);
            var delivered = await Sandbox.WaitForEventsAsync(request.KlarnaId, $"payment.request.state-change.{change}");
            Assert.Equal(Applied, Assert.Single(delivered).Answer);
            Assert.Equal(change, await deployment.Payhub.StatusAsync(request.Id));
        }
    }

    [DatabaseFact]
    public async Task A_reversed_debit_that_settles_is_refunded_and_the_refund_is_followed()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        var intent = await Sandbox.IntentIdAsync(payment);
        await Sandbox.MoveIntentAsync(intent, "close_cancel_window");
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await Sandbox.MoveIntentAsync(intent, "settle");
        await deployment.AssertCancelledAsync(Merchant, payment);
        await Sandbox.WaitForEventsAsync(intent, "refund.created");
        await Sandbox.WaitForEventsAsync(intent, "charge.refunded");
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("CANCELLED"));
        Assert.Single((await Sandbox.HistoryAsync(payment))!.Refunds);
    }

    [DatabaseFact]
    public async Task A_refund_on_request_that_fails_after_all_is_known_at_once()
    {
        var sale = await Merchant.CreateAsync("COMPLETED", authorizeOnly: false);
        var intent = await Sandbox.IntentIdAsync(sale);
        Assert.Equal(202, (await Merchant.RefundAsync(sale, sale.TransactionId, null)).Status);
        var refund = Assert.Single(await Sandbox.WaitForRefundsAsync(sale, 1));
        await Sandbox.WaitForEventsAsync(intent, "refund.created");
        await Sandbox.MoveRefundAsync(refund.Id, "fail");
        Assert.Equal(Applied, Assert.Single(await Sandbox.WaitForEventsAsync(intent, "refund.failed")).Answer);

        var found = await Merchant.SendAsync(HttpMethod.Get, $"/v2/refunds/{PaymentIds.ForRefund(sale.Merchant.Id, sale.TransactionId)}");
        Assert.Contains("\"status\":\"FAILED\"", found.Body, StringComparison.Ordinal);
        (await Merchant.GetAsync(sale)).Is(200, sale.Found("COMPLETED"));
    }

    [DatabaseFact]
    public async Task Repeated_reordered_spoiled_and_late_events_end_where_the_provider_is()
    {
        foreach (var kind in (string[])["duplicate", "reorder", "bad_signature", "stale_timestamp", "drop_after"])
        {
            var payment = await Merchant.CreateBankDebitAsync();
            var intent = await Sandbox.IntentIdAsync(payment);
            await Sandbox.WaitForEventsAsync(intent, "payment_intent.processing");
            await Sandbox.OrderAsync(new Fault("stripe.event", kind, Match: payment.TransactionId));
            await Sandbox.MoveIntentAsync(intent, "settle");
            if (kind == "reorder")
                await Sandbox.RefundByHandAsync(intent);

            var repeats = kind switch { "duplicate" => 3, "drop_after" => 2, _ => 1 };
            var delivered = await Sandbox.WaitForEventsAsync(intent, "payment_intent.succeeded", repeats);
            Assert.Single(delivered.Select(one => one.EventId).Distinct());
            (await Merchant.GetAsync(payment)).Is(200, payment.Found("COMPLETED"));

            var refused = (await Sandbox.EventsAsync(intent)).Where(one => one.Answered is not 200).ToList();
            Assert.Equal(kind is "bad_signature" or "stale_timestamp" ? [400] : [], refused.Select(one => one.Answered));
        }
    }

    [DatabaseFact]
    public async Task What_a_lost_event_would_have_said_any_other_event_says()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        var intent = await Sandbox.IntentIdAsync(payment);
        await Sandbox.WaitForEventsAsync(intent, "payment_intent.processing");
        await Sandbox.OrderAsync(new Fault("stripe.event", "drop_before", Match: payment.TransactionId));
        await Sandbox.MoveIntentAsync(intent, "settle");
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("ACCEPTED"));

        // An old one claims the contrary, and the object is asked.
        (await deployment.StripeAsync("payment_intent.payment_failed", intent, "requires_payment_method", payment.Id)).Is(200, Applied);
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("COMPLETED"));

        // What is over stays as it is, whatever comes.
        foreach (var status in (string[])["requires_payment_method", "processing", "canceled"])
            (await deployment.StripeAsync("payment_intent.canceled", intent, status, payment.Id)).Is(200, Applied);
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("COMPLETED"));
    }

    [DatabaseFact]
    public async Task Our_own_echo_writes_nothing()
    {
        var payment = await Merchant.CreateAsync();
        var intent = await Sandbox.IntentIdAsync(payment);
        await Sandbox.WaitForEventsAsync(intent, "payment_intent.amount_capturable_updated");

        var created = await RowAsync(payment);
        (await deployment.StripeAsync("payment_intent.amount_capturable_updated", intent, "requires_capture", payment.Id)).Is(200, Applied);
        Assert.Equal(created, await RowAsync(payment));

        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await Sandbox.WaitForEventsAsync(intent, "payment_intent.canceled");
        await deployment.AssertCancelledAsync(Merchant, payment);

        // One write each for the cancel, for its end and for the delivered webhook: the echo has none. A further cancel is refused without one.
        for (var i = 0; i < 5; i++)
            (await deployment.StripeAsync("payment_intent.canceled", intent, "canceled", payment.Id)).Is(200, Applied);
        var row = await RowAsync(payment);
        Assert.Equal("CANCELLED", row.Status);
        Assert.InRange(row.Version, created.Version + 2, created.Version + 3);
        Assert.Null(await deployment.RowAsync("provider-inbox", $"stripe/{intent}"));
    }

    [DatabaseFact]
    public async Task An_event_before_its_object_is_known_survives_a_kill_and_is_applied()
    {
        // The request is at Klarna, but the answer to its create is lost, and for a while it cannot be asked for again.
        await Sandbox.OrderAsync(new Fault("klarna.create", "drop_after"));
        await Sandbox.OrderAsync(new Fault("klarna.create", "rate_limit", Count: -1));
        Assert.Equal(500, (await deployment.Payhub.SendCreateAsync()).Status);
        var request = await Sandbox.LastKlarnaAsync();
        await Sandbox.MoveKlarnaAsync(request, "complete");
        var delivered = await Sandbox.WaitForEventsAsync(request.KlarnaId, "payment.request.state-change.completed");
        Assert.Equal(Kept, Assert.Single(delivered).Answer);
        Assert.Equal("EVENT_PENDING", (await deployment.RowAsync("provider-inbox", $"klarna/{request.KlarnaId}"))?.Status);

        await deployment.KillAndRestartAsync();
        var reads = await Sandbox.CallsAsync("klarna.read");
        await Sandbox.ClearFaultsAsync();
        await Sandbox.WaitForCallsAsync("klarna.read", calls: reads.Count + 1);

        // Its turn comes after that read. The answer to the create was the old one: only the event can have told.
        Assert.Equal(409, (await deployment.Payhub.CancelAsync(request.Id)).Status);
        Assert.Equal("completed", await deployment.Payhub.StatusAsync(request.Id));
    }

    [DatabaseFact]
    public async Task What_was_answered_200_is_there_after_a_kill()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        var intent = await Sandbox.IntentIdAsync(payment);
        await Sandbox.MoveIntentAsync(intent, "settle");
        await Sandbox.WaitForEventsAsync(intent, "payment_intent.succeeded");
        await deployment.KillAndRestartAsync();
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("COMPLETED"));
    }

    [DatabaseFact]
    public async Task While_nothing_can_be_stored_nothing_is_taken()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        var intent = await Sandbox.IntentIdAsync(payment);
        await Sandbox.WaitForEventsAsync(intent, "payment_intent.processing");
        await Sandbox.UnsubscribeAsync();
        await Sandbox.MoveIntentAsync(intent, "settle");
        await using (await deployment.HoldWritesAsync())
        {
            Assert.Equal(503, (await deployment.StripeAsync("payment_intent.succeeded", intent, "succeeded", payment.Id)).Status);
            (await Merchant.GetAsync(payment)).Is(200, payment.Found("ACCEPTED"));
        }

        (await deployment.StripeAsync("payment_intent.succeeded", intent, "succeeded", payment.Id)).Is(200, Applied);
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("COMPLETED"));
    }

    [DatabaseFact]
    public async Task A_second_intent_of_a_payment_is_shown_to_operators()
    {
        var payment = await Merchant.CreateAsync();
        (await deployment.StripeAsync("payment_intent.amount_capturable_updated", $"pi_stray{payment.Id:N}", "requires_capture", payment.Id)).Is(200, Kept);
        Assert.Equal("EVENT_UNCLAIMED", (await deployment.RowAsync("provider-inbox", $"stripe/pi_stray{payment.Id:N}"))?.Status);
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("AUTHORIZED"));
    }

    [DatabaseFact]
    public async Task A_forged_event_changes_nothing()
    {
        var payment = await Merchant.CreateAsync();
        var intent = await Sandbox.IntentIdAsync(payment);
        (await deployment.StripeAsync("payment_intent.canceled", intent, "canceled", payment.Id, "whsec_of_somebody_else_000")).Is(
            400, Payment.Problem("INVALID_REQUEST", 400, "Event is not valid"));
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("AUTHORIZED"));
    }

    private async Task<(long Version, string Status)> RowAsync(Payment payment) => (await deployment.RowAsync("payment", $"{payment.Id:N}"))!.Value;
}

/// <summary>See <see cref="ProviderEventSuite"/>.</summary>
[Collection(FaultsOnSqlite.Name)]
public sealed class ProviderEventsOnSqlite(SqliteDeployment deployment) : ProviderEventSuite(deployment);

/// <summary>See <see cref="ProviderEventSuite"/>.</summary>
[Collection(FaultsOnPostgres.Name), RequiresPostgres]
public sealed class ProviderEventsOnPostgres(PostgresDeployment deployment) : ProviderEventSuite(deployment);
