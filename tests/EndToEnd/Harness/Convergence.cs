namespace Payments.EndToEnd.Harness;

/// <summary>What must be true of every payment in the end, by the provider's own ledger (design I1, I3, I4).</summary>
public static class Convergence
{
    /// <summary>Waits for the webhook and asserts that the payment is cancelled everywhere: at the service, at the provider exactly once, and
    /// announced as one message with the seed's body and a valid signature.</summary>
    public static async Task AssertCancelledAsync(this Deployment deployment, MerchantClient merchant, Payment payment)
    {
        await deployment.Sandbox.WaitForWebhooksAsync(payment);
        (await merchant.GetAsync(payment)).Is(200, payment.Found("CANCELLED"));
        (await merchant.CancelAsync(payment)).Is(422, Payment.NotCancellable("Payment already cancelled"));
        AssertMoneyIsBack(payment, await deployment.Sandbox.HistoryAsync(payment));
        AssertAnnounced(payment, await deployment.Sandbox.WebhooksAsync(payment));
    }

    /// <summary>Asserts that the payment was neither cancelled nor announced.</summary>
    public static async Task AssertUntouchedAsync(this Deployment deployment, MerchantClient merchant, Payment payment, string status, long? captured = null)
    {
        (await merchant.GetAsync(payment)).Is(200, payment.Found(status, captured));
        if (await deployment.Sandbox.HistoryAsync(payment) is { } history)
        {
            Assert.Equal(0, history.Count("payment_intent.cancel"));
            Assert.Empty(history.Refunds);
        }

        Assert.Empty(await deployment.Sandbox.WebhooksAsync(payment));
    }

    /// <summary>Exactly one effective void, or a charge with exactly one full refund, or no charge ever.</summary>
    public static void AssertMoneyIsBack(Payment payment, History? history)
    {
        if (history is null)
            return;

        var voids = history.Count("payment_intent.cancel");
        var intent = history.PaymentIntent;
        Assert.Equal(payment.Amount, intent.Amount);
        if (intent.Status == "canceled")
        {
            Assert.Equal(1, voids);
            Assert.Empty(history.Refunds);
            return;
        }

        Assert.Equal("succeeded", intent.Status);
        Assert.Equal(0, voids);
        var refund = Assert.Single(history.Refunds);
        Assert.Equal(("succeeded", payment.Amount), (refund.Status, refund.Amount));
        Assert.Equal(intent.AmountReceived, intent.AmountRefunded);
    }

    private static void AssertAnnounced(Payment payment, IReadOnlyList<Delivery> deliveries)
    {
        Assert.Single(deliveries.Select(static delivery => delivery.WebhookId).Distinct());
        foreach (var delivery in deliveries)
        {
            Assert.Equal(payment.Webhook, delivery.Body);
            Assert.Equal("PAYMENT_CANCELLED", delivery.Name);
            Assert.True(delivery.SignatureValid, $"Signature of {delivery.WebhookId} is not valid.");
        }
    }
}
