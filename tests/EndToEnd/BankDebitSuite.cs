using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>Reversing an ACH debit: cancelled while the bank allows it, else refunded when it has settled.</summary>
public abstract class BankDebitSuite(Deployment deployment)
{
    private MerchantClient Merchant => deployment.Merchant;

    [DatabaseFact]
    public async Task While_the_bank_allows_it_the_debit_is_cancelled()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
        var history = (await deployment.Sandbox.HistoryAsync(payment))!;
        Assert.Equal(("canceled", 0L), (history.PaymentIntent.Status, history.PaymentIntent.AmountReceived));
    }

    [DatabaseFact]
    public async Task After_that_it_waits_for_settlement_and_refunds_once()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        var intent = await deployment.Sandbox.IntentIdAsync(payment);
        await deployment.Sandbox.MoveIntentAsync(intent, "close_cancel_window");
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));

        // Several looks at the bank later it is still neither cancelled nor announced, and a further cancel joins the one under way.
        var reads = await deployment.Sandbox.CallsAsync("payment_intent.retrieve");
        await deployment.Sandbox.WaitForCallsAsync("payment_intent.retrieve", calls: reads.Count + 3);
        await deployment.AssertUntouchedAsync(Merchant, payment, "CANCEL_INITIALIZED");
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));

        await deployment.Sandbox.MoveIntentAsync(intent, "settle");
        await deployment.AssertCancelledAsync(Merchant, payment);
        var history = (await deployment.Sandbox.HistoryAsync(payment))!;
        Assert.Equal("succeeded", history.PaymentIntent.Status);
        Assert.Equal(1, history.Count("refund.create"));
    }

    [DatabaseFact]
    public async Task A_refund_whose_answers_are_lost_is_still_one_refund()
    {
        (string Kind, string Phase)[] faults =
            [("drop_before", "before"), ("drop_after", "after"), ("error_500", "before"), ("error_500", "after"), ("rate_limit", "before")];
        foreach (var (kind, phase) in faults)
        {
            var payment = await Merchant.CreateBankDebitAsync();
            var intent = await deployment.Sandbox.IntentIdAsync(payment);
            await deployment.Sandbox.MoveIntentAsync(intent, "close_cancel_window");
            await deployment.Sandbox.OrderAsync(new Fault("refund.create", kind, Phase: phase, Match: $"{payment.Id}"));
            (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            await deployment.Sandbox.MoveIntentAsync(intent, "settle");
            await deployment.AssertCancelledAsync(Merchant, payment);
            Assert.Equal(1, (await deployment.Sandbox.HistoryAsync(payment))!.Count("refund.create"));
        }
    }

    [DatabaseFact]
    public async Task A_debit_that_the_bank_returns_is_cancelled_without_a_refund()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        var intent = await deployment.Sandbox.IntentIdAsync(payment);
        await deployment.Sandbox.MoveIntentAsync(intent, "close_cancel_window");
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.Sandbox.MoveIntentAsync(intent, "fail");
        await deployment.AssertCancelledAsync(Merchant, payment);
        Assert.Empty((await deployment.Sandbox.HistoryAsync(payment))!.Refunds);
    }

    [DatabaseFact]
    public async Task A_debit_that_has_settled_unnoticed_is_refunded()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        await deployment.Sandbox.MoveIntentAsync(await deployment.Sandbox.IntentIdAsync(payment), "settle");
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
        Assert.Single((await deployment.Sandbox.HistoryAsync(payment))!.Refunds);
    }
}

/// <summary>See <see cref="BankDebitSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class BankDebitsOnSqlite(SqliteDeployment deployment) : BankDebitSuite(deployment);

/// <summary>See <see cref="BankDebitSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class BankDebitsOnPostgres(PostgresDeployment deployment) : BankDebitSuite(deployment);
