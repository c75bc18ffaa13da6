using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>A sale over two cards, against the provider's ledger: both are charged, or neither (api-facts §2.2).</summary>
public abstract class SplitTenderSuite(Deployment deployment)
{
    private const long First = 15000;
    private const long Second = 10000;

    private MerchantClient Merchant => deployment.Curious;

    [DatabaseFact]
    public async Task Both_cards_are_held_and_then_captured_as_one_payment()
    {
        var payment = await CreateAsync(Merchant.Merchant.Card, Merchant.Merchant.SecondCard);

        await AssertAnnouncedAsync(payment, Event(payment, "PAYMENT_SUCCEEDED", "COMPLETED", Card(payment, 0, "COMPLETED"), Card(payment, 1, "COMPLETED")));
        (await Merchant.GetAsync(payment)).Is(200, Found(payment, "COMPLETED", Card(payment, 0, "COMPLETED"), Card(payment, 1, "COMPLETED")));
        foreach (var (index, amount) in ((int, long)[])[(0, First), (1, Second)])
        {
            var history = await HistoryAsync(payment, index);
            Assert.Equal(("succeeded", amount), (history.PaymentIntent.Status, history.PaymentIntent.AmountReceived));
            Assert.Equal((1, 1), (history.Count("payment_intent.authorized"), history.Count("payment_intent.capture")));
        }

        (await Merchant.CancelAsync(payment)).Is(422, Payment.NotCancellable("Payment cannot be cancelled in COMPLETED state"));
    }

    [DatabaseFact]
    public async Task A_card_that_is_declined_releases_the_other_one()
    {
        var payment = await CreateAsync(Merchant.Merchant.Card, Merchant.Merchant.BadCard);

        var rolledBack = Card(payment, 0, "ROLLED_BACK", Remediation("CANCEL"));
        var failed = Card(payment, 1, "FAILED", ",\"error\":\"card_declined\"");
        await AssertAnnouncedAsync(payment, Event(payment, "PAYMENT_FAILED", "FAILED", rolledBack, failed));
        (await Merchant.GetAsync(payment)).Is(200, Found(payment, "FAILED", rolledBack, failed));
        var history = await HistoryAsync(payment, 0);
        Assert.Equal(("canceled", 1, 0), (history.PaymentIntent.Status, history.Count("payment_intent.cancel"), history.Refunds.Count));
        (await Merchant.CancelAsync(payment)).Is(422, Payment.NotCancellable("Payment already failed"));
    }

    [DatabaseFact]
    public async Task A_first_card_that_is_declined_leaves_the_second_alone()
    {
        var payment = await CreateAsync(Merchant.Merchant.BadCard, Merchant.Merchant.Card);

        await deployment.Sandbox.WaitForWebhooksAsync(payment);
        Assert.Null(await deployment.Sandbox.HistoryAsync(payment, 1));
    }

    [DatabaseFact]
    public async Task A_capture_that_is_refused_gives_back_what_the_other_card_paid()
    {
        var payment = Merchant.NewPayment();
        await deployment.Sandbox.OrderAsync(Fault.Refused("payment_intent.capture", $"{PaymentIds.ForAllocation(payment.Id, 1)}"));
        Assert.Equal(202, (await Merchant.SendSplitAsync(payment, Merchant.Merchant.Card, Merchant.Merchant.SecondCard)).Status);

        var cards = new[]
        {
            Card(payment, 0, "ROLLED_BACK", Remediation("REFUND")),
            Card(payment, 1, "ROLLED_BACK", Remediation("CANCEL")),
        };
        await AssertAnnouncedAsync(payment, Event(payment, "PAYMENT_FAILED", "FAILED", cards), Event(payment, "PAYMENT_REFUNDED", "FAILED", cards));
        var first = await HistoryAsync(payment, 0);
        Assert.Equal(First, Assert.Single(first.Refunds).Amount);
        var second = await HistoryAsync(payment, 1);
        Assert.Equal(("canceled", 1), (second.PaymentIntent.Status, second.Count("payment_intent.cancel")));
    }

    [DatabaseFact]
    public async Task While_a_customer_must_act_it_can_be_cancelled_and_both_cards_are_released()
    {
        var before = await deployment.Sandbox.CallsAsync("payment_intent.create");
        var payment = await CreateAsync(Merchant.Merchant.Card, Merchant.Merchant.CarefulCard);
        await deployment.Sandbox.WaitForCallsAsync("payment_intent.create", calls: before.Count + 2);

        // A create that is repeated waits its turn: afterwards the provider's answer is recorded.
        await Merchant.SendSplitAsync(payment, Merchant.Merchant.Card, Merchant.Merchant.CarefulCard);
        var answer = await Merchant.CancelAsync(payment);

        Assert.Equal(202, answer.Status);
        Assert.Contains("\"status\":\"CANCEL_INITIALIZED\",\"paymentAllocations\"", answer.Body, StringComparison.Ordinal);
        await AssertAnnouncedAsync(payment, Event(payment, "PAYMENT_CANCELLED", "CANCELLED", Card(payment, 0, "CANCELED"), Card(payment, 1, "CANCELED")));
        foreach (var index in (int[])[0, 1])
        {
            var history = await HistoryAsync(payment, index);
            Assert.Equal(("canceled", 1), (history.PaymentIntent.Status, history.Count("payment_intent.cancel")));
            Assert.Equal("requested_by_customer", history.PaymentIntent.CancellationReason);
        }
    }

    [DatabaseFact]
    public async Task A_refund_goes_back_to_the_cards_that_it_names()
    {
        var payment = await CreateAsync(Merchant.Merchant.Card, Merchant.Merchant.SecondCard);
        await deployment.Sandbox.WaitForWebhooksAsync(payment);
        var second = PaymentIds.ForAllocation(payment.Id, 1);
        var body = $$$"""{"paymentId":"{{{payment.Id}}}","merchantTransactionId":"{{{payment.TransactionId}}}-1","refundAllocations":[{"id":"{{{second}}}","amount":4000}]}""";

        Assert.Equal(202, (await Merchant.SendAsync(HttpMethod.Post, "/v2/refunds", body)).Status);
        var named = PaymentIds.ForRefund(payment.Merchant.Id, $"{payment.TransactionId}-1");
        await deployment.Sandbox.WaitForRefundWebhookAsync(named);
        Assert.Equal(202, (await Merchant.RefundAsync(payment, $"{payment.TransactionId}-2", null)).Status);
        var rest = PaymentIds.ForRefund(payment.Merchant.Id, $"{payment.TransactionId}-2");
        await deployment.Sandbox.WaitForRefundWebhookAsync(rest);

        Assert.Equal([First], (await HistoryAsync(payment, 0)).Refunds.Select(static refund => refund.Amount));
        Assert.Equal([4000, 6000], (await HistoryAsync(payment, 1)).Refunds.Select(static refund => refund.Amount).Order());
        var shown = (await Merchant.SendAsync(HttpMethod.Get, $"/v2/refunds/{rest}")).Body;
        Assert.Contains(
            $$"""
            "status":"COMPLETED","refundAllocations":[{"id":"{{PaymentIds.ForAllocation(payment.Id, 0)}}","amount":15000,"status":"COMPLETED"},{"id":"{{second}}","amount":6000,"status":"COMPLETED"}]
            """,
            shown,
            StringComparison.Ordinal);
        Assert.Equal(422, (await Merchant.RefundAsync(payment, $"{payment.TransactionId}-3", 1)).Status);
    }

    [DatabaseFact]
    public async Task Killed_between_the_two_cards_each_is_charged_once()
    {
        var payment = Merchant.NewPayment();
        var before = await deployment.Sandbox.CallsAsync("payment_intent.create");
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("payment_intent.create", 4000, $"{PaymentIds.ForAllocation(payment.Id, 1)}"));
        Assert.Equal(202, (await Merchant.SendSplitAsync(payment, Merchant.Merchant.Card, Merchant.Merchant.SecondCard)).Status);
        await deployment.Sandbox.WaitForCallsAsync("payment_intent.create", faults: before.Faults + 1);

        await deployment.KillAndRestartAsync();

        await AssertAnnouncedAsync(payment, Event(payment, "PAYMENT_SUCCEEDED", "COMPLETED", Card(payment, 0, "COMPLETED"), Card(payment, 1, "COMPLETED")));
        foreach (var index in (int[])[0, 1])
            Assert.Equal(1, (await HistoryAsync(payment, index)).Count("payment_intent.capture"));
    }

    private async Task<Payment> CreateAsync(Guid first, Guid second)
    {
        var payment = Merchant.NewPayment();
        (await Merchant.SendSplitAsync(payment, first, second)).Is(
            202,
            $$"""{"url":"{{Payment.PublicBaseUrl}}/v2/payments/{{payment.Id}}","data":{{Body(payment, "INITIATED", Card(payment, 0, "INITIATED"), Card(payment, 1, "INITIATED"))}}}""");
        return payment;
    }

    private async Task<History> HistoryAsync(Payment payment, int index) => (await deployment.Sandbox.HistoryAsync(payment, index))!;

    private async Task AssertAnnouncedAsync(Payment payment, params string[] bodies)
    {
        var deliveries = await deployment.Sandbox.WaitForWebhooksAsync(payment, bodies.Length);
        Assert.Equal(bodies, deliveries.DistinctBy(static delivery => delivery.WebhookId).Select(static delivery => delivery.Body));
        Assert.All(deliveries, static delivery => Assert.True(delivery.SignatureValid));
    }

    private static string Card(Payment payment, int index, string status, string more = "") =>
        $$"""{"id":"{{PaymentIds.ForAllocation(payment.Id, index)}}","amount":{{(index == 0 ? First : Second)}},"status":"{{status}}"{{more}}}""";

    private static string Remediation(string action) => $$$""","remediation":{"action":"{{{action}}}","status":"COMPLETED"}""";

    private static string Body(Payment payment, string status, params string[] cards) =>
        $$"""{"id":"{{payment.Id}}","merchantTransactionId":"{{payment.TransactionId}}","amount":{{payment.Amount}},"status":"{{status}}","paymentAllocations":[{{string.Join(',', cards)}}]}""";

    private static string Found(Payment payment, string status, params string[] cards) =>
        $$$"""{"data":{"id":"{{{payment.Id}}}","amount":{{{payment.Amount}}},"status":"{{{status}}}","paymentAllocations":[{{{string.Join(',', cards)}}}]}}""";

    private static string Event(Payment payment, string name, string status, params string[] cards) =>
        $$"""{"name":"{{name}}","source":"merchant-portal","payload":{{Body(payment, status, cards)}}}""";
}

/// <summary>See <see cref="SplitTenderSuite"/>.</summary>
[Collection(FaultsOnSqlite.Name)]
public sealed class SplitTenderOnSqlite(SqliteDeployment deployment) : SplitTenderSuite(deployment);

/// <summary>See <see cref="SplitTenderSuite"/>.</summary>
[Collection(FaultsOnPostgres.Name), RequiresPostgres]
public sealed class SplitTenderOnPostgres(PostgresDeployment deployment) : SplitTenderSuite(deployment);
