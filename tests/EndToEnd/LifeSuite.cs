using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>A payment's life around the cancel, for a merchant that is told everything (api-facts §2.2, §2.6).</summary>
public abstract class LifeSuite(Deployment deployment)
{
    private MerchantClient Merchant => deployment.Curious;

    [DatabaseFact]
    public async Task A_pre_authorization_is_captured_in_full_and_each_step_is_announced_in_order()
    {
        var payment = await Merchant.CreateAsync();
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("AUTHORIZED"));

        (await Merchant.CaptureAsync(payment)).Is(202, payment.Accepted("CAPTURE_INITIALIZED"));

        (await Merchant.GetAsync(payment)).Is(200, payment.Found("COMPLETED", payment.Amount));
        await AssertCapturedAsync(payment, payment.Amount);
        await AssertAnnouncedAsync(
            payment,
            payment.Announcement("PAYMENT_AUTHORIZED", "AUTHORIZED"),
            payment.Announcement("PAYMENT_SUCCEEDED", "COMPLETED", payment.Amount));
        (await Merchant.CaptureAsync(payment)).Is(422, Payment.NotCancellable("Payment cannot be captured in COMPLETED state"));
        (await Merchant.CancelAsync(payment)).Is(422, Payment.NotCancellable("Payment cannot be cancelled in COMPLETED state"));
    }

    [DatabaseFact]
    public Task What_is_not_captured_is_released() => CaptureInPartAsync(static _ => """{"amount":10000}""");

    [DatabaseFact]
    public Task What_is_not_captured_of_an_allocation_is_released() =>
        CaptureInPartAsync(static payment => $$"""{"paymentAllocations":[{"id":"{{payment.AllocationId}}","amount":10000}]}""");

    [DatabaseFact]
    public async Task A_capture_and_a_cancel_that_race_end_in_one_of_the_two()
    {
        for (var round = 0; round < 10; round++)
        {
            var payment = await Merchant.CreateAsync();

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
                i % 2 == 0 ? Merchant.CaptureAsync(payment) : Merchant.CancelAsync(payment))));

            var history = (await deployment.Sandbox.HistoryAsync(payment))!;
            Assert.Equal(1, history.Count("payment_intent.cancel") + history.Count("payment_intent.capture"));
            var captured = history.Count("payment_intent.capture") == 1;
            (await Merchant.GetAsync(payment)).Is(200, captured ? payment.Found("COMPLETED", payment.Amount) : payment.Found("CANCELLED"));
            Assert.Contains(answers, static answer => answer.Status == 202);
            Assert.All(answers, static answer => Assert.Contains(answer.Status, (int[])[202, 422]));
        }
    }

    [DatabaseFact]
    public async Task A_capture_whose_answer_is_lost_is_made_once()
    {
        var payment = await Merchant.CreateAsync();
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("payment_intent.capture", 4000, payment.TransactionId));

        (await Merchant.CaptureAsync(payment, """{"amount":7}""")).Is(202, payment.Accepted("CAPTURE_INITIALIZED"));

        await AssertAnnouncedAsync(
            payment,
            payment.Announcement("PAYMENT_AUTHORIZED", "AUTHORIZED"),
            payment.Announcement("PAYMENT_SUCCEEDED", "COMPLETED", 7));
        await AssertCapturedAsync(payment, 7);
    }

    [DatabaseFact]
    public async Task Killed_while_the_provider_captures_it_is_captured_once()
    {
        var payment = await Merchant.CreateAsync();
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("payment_intent.capture", 4000, payment.TransactionId));
        var captured = deployment.Sandbox.WaitForOperationAsync("payment_intent.capture", await deployment.Sandbox.IntentIdAsync(payment));
        var call = Merchant.CaptureAsync(payment);
        await captured;

        await deployment.KillAndRestartAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        await AssertAnnouncedAsync(
            payment,
            payment.Announcement("PAYMENT_AUTHORIZED", "AUTHORIZED"),
            payment.Announcement("PAYMENT_SUCCEEDED", "COMPLETED", payment.Amount));
        await AssertCapturedAsync(payment, payment.Amount);
    }

    [DatabaseFact]
    public async Task A_refused_capture_leaves_the_hold_which_can_then_be_cancelled()
    {
        var payment = await Merchant.CreateAsync();
        await deployment.Sandbox.OrderAsync(Fault.Refused("payment_intent.capture", payment.TransactionId));

        (await Merchant.CaptureAsync(payment)).Is(422, Payment.Problem("PAYMENT_ERROR", 422, "Capture processing failed"));

        (await Merchant.GetAsync(payment)).Is(200, payment.Found("AUTHORIZED"));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await AssertAnnouncedAsync(
            payment,
            payment.Announcement("PAYMENT_AUTHORIZED", "AUTHORIZED"),
            payment.Webhook);
    }

    [DatabaseFact]
    public async Task A_sale_and_a_debit_are_announced_as_what_they_are()
    {
        var sale = await Merchant.CreateAsync("COMPLETED", authorizeOnly: false);
        await AssertAnnouncedAsync(sale, sale.Announcement("PAYMENT_SUCCEEDED", "COMPLETED"));

        var debit = await Merchant.CreateBankDebitAsync();
        await AssertAnnouncedAsync(debit, debit.Announcement("PAYMENT_ACCEPTED", "ACCEPTED"));
        (await Merchant.CancelAsync(debit)).Is(202, debit.Accepted("CANCEL_INITIALIZED"));
        await AssertAnnouncedAsync(debit, debit.Announcement("PAYMENT_ACCEPTED", "ACCEPTED"), debit.Webhook);
    }

    [DatabaseFact]
    public async Task A_sale_is_refunded_in_parts_and_never_beyond_what_was_taken()
    {
        var sale = await Merchant.CreateAsync("COMPLETED", authorizeOnly: false);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Merchant.RefundAsync(sale, $"{sale.TransactionId}-{i}", 10000))));

        Assert.Equal([202, 202, 422, 422, 422, 422, 422, 422], answers.Select(static answer => answer.Status).Order());
        Assert.Equal(422, (await Merchant.RefundAsync(sale, "too much", 5001)).Status);
        Assert.Equal(202, (await Merchant.RefundAsync(sale, $"{sale.TransactionId}-rest", null)).Status);
        var deliveries = await deployment.Sandbox.WaitForWebhooksAsync(sale, 1);
        var refunds = await deployment.Sandbox.WaitForRefundsAsync(sale, 3);
        Assert.Equal([5000, 10000, 10000], refunds.Select(static refund => refund.Amount).Order());
        Assert.All(refunds, static refund => Assert.Equal("succeeded", refund.Status));
        (await Merchant.GetAsync(sale)).Is(200, sale.Found("COMPLETED"));
        Assert.Equal("PAYMENT_SUCCEEDED", Assert.Single(deliveries).Name);
    }

    [DatabaseFact]
    public async Task The_same_refund_asked_for_again_and_again_is_made_once()
    {
        var sale = await Merchant.CreateAsync("COMPLETED", authorizeOnly: false);
        var id = PaymentIds.ForRefund(sale.Merchant.Id, sale.TransactionId);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Merchant.RefundAsync(sale, sale.TransactionId, 7))));

        Assert.All(answers, static answer => Assert.Equal(202, answer.Status));
        Assert.Equal(7, Assert.Single(await deployment.Sandbox.WaitForRefundsAsync(sale, 1)).Amount);
        Assert.Equal(422, (await Merchant.RefundAsync(sale, sale.TransactionId, 8)).Status);
        await deployment.Sandbox.WaitForRefundWebhookAsync(id);
        Assert.Contains("\"status\":\"COMPLETED\"", (await Merchant.SendAsync(HttpMethod.Get, $"/v2/refunds/{id}")).Body, StringComparison.Ordinal);
        Assert.Equal(404, (await deployment.SecondMerchant.SendAsync(HttpMethod.Get, $"/v2/refunds/{id}")).Status);
        Assert.Equal(404, (await deployment.SecondMerchant.RefundAsync(sale, "foreign", 1)).Status);
    }

    [DatabaseFact]
    public async Task Killed_while_the_provider_refunds_it_is_refunded_once()
    {
        var sale = await Merchant.CreateAsync("COMPLETED", authorizeOnly: false);
        var id = PaymentIds.ForRefund(sale.Merchant.Id, sale.TransactionId);
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("refund.create", 4000, $"{sale.Id}"));
        Assert.Equal(202, (await Merchant.RefundAsync(sale, sale.TransactionId, null)).Status);
        await deployment.Sandbox.WaitForOperationAsync("refund.create", await deployment.Sandbox.IntentIdAsync(sale));

        await deployment.KillAndRestartAsync();

        await deployment.Sandbox.WaitForRefundWebhookAsync(id);
        Assert.Equal(sale.Amount, Assert.Single((await deployment.Sandbox.HistoryAsync(sale))!.Refunds).Amount);
    }

    private async Task CaptureInPartAsync(Func<Payment, string> body)
    {
        var payment = await Merchant.CreateAsync();

        (await Merchant.CaptureAsync(payment, body(payment))).Is(202, payment.Accepted("CAPTURE_INITIALIZED"));

        (await Merchant.GetAsync(payment)).Is(200, payment.Found("COMPLETED", 10000));
        await AssertCapturedAsync(payment, 10000);
    }

    private async Task AssertCapturedAsync(Payment payment, long amount)
    {
        var history = (await deployment.Sandbox.HistoryAsync(payment))!;
        Assert.Equal(1, history.Count("payment_intent.capture"));
        Assert.Equal(("succeeded", amount), (history.PaymentIntent.Status, history.PaymentIntent.AmountReceived));
    }

    private async Task AssertAnnouncedAsync(Payment payment, params string[] bodies)
    {
        var deliveries = await deployment.Sandbox.WaitForWebhooksAsync(payment, bodies.Length);
        Assert.Equal(bodies, deliveries.DistinctBy(static delivery => delivery.WebhookId).Select(static delivery => delivery.Body));
        Assert.All(deliveries, static delivery => Assert.True(delivery.SignatureValid));
    }
}

/// <summary>See <see cref="LifeSuite"/>.</summary>
[Collection(FaultsOnSqlite.Name)]
public sealed class LifeOnSqlite(SqliteDeployment deployment) : LifeSuite(deployment);

/// <summary>See <see cref="LifeSuite"/>.</summary>
[Collection(FaultsOnPostgres.Name), RequiresPostgres]
public sealed class LifeOnPostgres(PostgresDeployment deployment) : LifeSuite(deployment);
