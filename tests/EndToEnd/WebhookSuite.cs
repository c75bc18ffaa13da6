using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>What merchants receive.</summary>
public abstract class WebhookSuite(Deployment deployment)
{
    [DatabaseFact]
    public async Task The_body_is_the_seeds_and_the_headers_are_standard_webhooks()
    {
        var payment = new Payment(Harness.Merchant.First, $"preauth-20260404-{Guid.NewGuid():N}", 25000);
        await deployment.Merchant.SendCreateAsync(payment);
        (await deployment.Merchant.RestAsync(payment)).Is(202, payment.Accepted("AUTHORIZED"));
        (await deployment.Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        var delivery = Assert.Single(await deployment.Sandbox.WaitForWebhooksAsync(payment));
        Assert.Equal(
            $$$"""{"name":"PAYMENT_CANCELLED","source":"merchant-portal","payload":{"id":"{{{payment.Id}}}","merchantTransactionId":"{{{payment.TransactionId}}}","amount":25000,"status":"CANCELLED","paymentAllocations":[{"id":"{{{payment.AllocationId}}}","amount":25000,"status":"CANCELED"}]}}""",
            delivery.Body);
        Assert.True(delivery.SignatureValid);
        Assert.Matches(@"^[^.\s]+$", delivery.WebhookId);
        Assert.Matches("^[0-9]{10}$", delivery.WebhookTimestamp);
        Assert.Matches("^v1,[A-Za-z0-9+/]{43}=$", delivery.WebhookSignature);
        Assert.Equal($"{payment.Merchant.Id}", delivery.Merchant);
    }

    [DatabaseFact]
    public async Task A_retry_after_a_500_has_the_same_id_and_the_same_bytes()
    {
        var merchant = deployment.SecondMerchant;
        var lost = await merchant.CreateAsync();
        var refused = await merchant.CreateAsync();
        var endpoint = $"webhook:{merchant.Merchant.Id}";
        await deployment.Sandbox.OrderAsync(new Fault(endpoint, "status", Match: $"{refused.Id}", StatusCode: 500));
        await deployment.Sandbox.OrderAsync(new Fault(endpoint, "drop_after", Match: $"{lost.Id}"));
        foreach (var payment in (Payment[])[lost, refused])
            (await merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        foreach (var payment in (Payment[])[lost, refused])
        {
            await deployment.AssertCancelledAsync(merchant, payment);
            var deliveries = await deployment.Sandbox.WebhooksAsync(payment);
            Assert.Equal([payment == lost ? 0 : 500, 200], deliveries.Select(static delivery => delivery.Answered));
            Assert.NotEqual(deliveries[0].WebhookTimestamp, deliveries[1].WebhookTimestamp);
        }
    }

    [DatabaseFact]
    public async Task A_410_stops_all_later_deliveries_and_nothing_else()
    {
        var merchant = deployment.ClientOf(Harness.Merchant.Gone);
        var endpoint = $"webhook:{merchant.Merchant.Id}";
        await deployment.Sandbox.OrderAsync(new Fault(endpoint, "status", StatusCode: 410));
        var first = await merchant.CreateAsync();
        (await merchant.CancelAsync(first)).Is(202, first.Accepted("CANCEL_INITIALIZED"));
        await deployment.Sandbox.WaitForCallsAsync(endpoint, calls: 1);

        // Deliveries of one merchant keep their order per payment only: what comes later is tested on payments made after the 410 is recorded.
        var second = await merchant.CreateAsync();
        (await merchant.CancelAsync(second)).Is(202, second.Accepted("CANCEL_INITIALIZED"));
        (await merchant.RestAsync(second)).Is(202, second.Accepted("CANCELLED"));
        await deployment.KillAndRestartAsync();
        var third = await merchant.CreateAsync();
        (await merchant.CancelAsync(third)).Is(202, third.Accepted("CANCEL_INITIALIZED"));
        (await merchant.RestAsync(third)).Is(202, third.Accepted("CANCELLED"));

        // Another merchant's webhook that was sent afterwards has arrived; theirs has not been tried.
        var other = await deployment.Merchant.CreateAsync();
        await deployment.Merchant.CancelAsync(other);
        await deployment.AssertCancelledAsync(deployment.Merchant, other);
        Assert.Equal(1, (await deployment.Sandbox.CallsAsync(endpoint)).Count);
        Assert.Equal(410, Assert.Single(await deployment.Sandbox.WebhooksAsync(first)).Answered);
    }

    [DatabaseFact]
    public async Task A_slow_merchant_slows_neither_its_own_calls_nor_other_merchants()
    {
        const int payments = 40;
        var slow = deployment.ClientOf(Harness.Merchant.Slow);
        var endpoint = $"webhook:{slow.Merchant.Id}";
        var fault = await deployment.Sandbox.OrderAsync(new Fault(endpoint, "latency", Count: -1, LatencyMs: 6000));
        var created = await Task.WhenAll(Enumerable.Range(0, payments).Select(_ => slow.CreateAsync()));
        await Task.WhenAll(created.Select(slow.CancelAsync));
        await deployment.Sandbox.WaitForCallsAsync(endpoint, calls: 16);

        var began = TimeProvider.System.GetTimestamp();
        var other = await deployment.SecondMerchant.CreateAsync();
        (await deployment.SecondMerchant.CancelAsync(other)).Is(202, other.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(deployment.SecondMerchant, other);
        (await slow.GetAsync(created[^1])).Is(200, created[^1].Found("CANCELLED"));
        (await slow.CancelAsync(created[0])).Is(422, Payment.NotCancellable("Payment already cancelled"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Empty(await deployment.Sandbox.WebhooksAsync(created[^1]));

        await deployment.Sandbox.ClearFaultsAsync(fault);
        foreach (var payment in created)
            await deployment.AssertCancelledAsync(slow, payment);
    }
}

/// <summary>See <see cref="WebhookSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class WebhooksOnSqlite(SqliteDeployment deployment) : WebhookSuite(deployment);

/// <summary>See <see cref="WebhookSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class WebhooksOnPostgres(PostgresDeployment deployment) : WebhookSuite(deployment);
