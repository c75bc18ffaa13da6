using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>Cancels, creates and reads of one payment at the same time.</summary>
public abstract class RaceSuite(Deployment deployment)
{
    private MerchantClient Merchant => deployment.Merchant;

    [DatabaseFact]
    public Task Of_64_concurrent_cancels_one_reaches_the_provider_and_all_are_answered_correctly() => RaceAsync(64);

    [DatabaseFact]
    public Task Of_1000_concurrent_cancels_one_reaches_the_provider_and_all_are_answered_correctly() => RaceAsync(1000);

    [DatabaseFact]
    public async Task Cancels_that_arrive_during_a_slow_void_all_join_it()
    {
        const int callers = 64;
        var payment = await Merchant.CreateAsync();
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("payment_intent.cancel", 2500, payment.TransactionId));
        var first = Merchant.CancelAsync(payment);
        await deployment.Sandbox.WaitForOperationAsync("payment_intent.cancel", await deployment.Sandbox.IntentIdAsync(payment));
        var others = Enumerable.Range(0, callers).Select(_ => Merchant.CancelAsync(payment)).ToArray();

        // Reads do not wait for the void.
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("CANCEL_INITIALIZED"));
        Assert.False(first.IsCompleted, "The read was meant to overtake the void.");
        (await first).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        foreach (var answer in await Task.WhenAll(others))
            AssertJoinedOrDone(payment, answer);
        await deployment.AssertCancelledAsync(Merchant, payment);
        Assert.Single(await deployment.Sandbox.WebhooksAsync(payment));
    }

    [DatabaseFact]
    public async Task Creates_of_one_transaction_that_race_make_one_payment_and_one_charge()
    {
        var payment = Merchant.NewPayment();
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Merchant.SendCreateAsync(payment)));
        foreach (var answer in answers)
            answer.Is(202, answer.Body == payment.Accepted("AUTHORIZED") ? answer.Body : payment.Accepted("INITIATED"));
        (await Merchant.RestAsync(payment)).Is(202, payment.Accepted("AUTHORIZED"));
        Assert.Equal(1, (await deployment.Sandbox.HistoryAsync(payment))!.Count("payment_intent.create"));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task Payhub_cancels_that_race_make_one_cancel_and_one_success()
    {
        var request = await deployment.Payhub.CreateAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => deployment.Payhub.CancelAsync(request.Id)));
        Assert.Single(answers, static answer => answer.Status == 200).Is(200, "{}");
        Assert.All(answers, static answer => Assert.Contains(answer.Status, (int[])[200, 409]));
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
    }

    private async Task RaceAsync(int callers)
    {
        var payment = await Merchant.CreateAsync();
        var calls = await deployment.Sandbox.CallsAsync("payment_intent.cancel");
        var answers = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Merchant.CancelAsync(payment)));
        foreach (var answer in answers)
            AssertJoinedOrDone(payment, answer);
        Assert.Contains(answers, static answer => answer.Status == 202);
        Assert.Equal(calls.Count + 1, (await deployment.Sandbox.CallsAsync("payment_intent.cancel")).Count);
        await deployment.AssertCancelledAsync(Merchant, payment);
        Assert.Single(await deployment.Sandbox.WebhooksAsync(payment));
    }

    /// <summary>Both are right: the cancel was under way, or it was already done.</summary>
    private static void AssertJoinedOrDone(Payment payment, Answer answer)
    {
        if (answer.Status == 202)
            answer.Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        else
            answer.Is(422, Payment.NotCancellable("Payment already cancelled"));
    }
}

/// <summary>See <see cref="RaceSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class RacesOnSqlite(SqliteDeployment deployment) : RaceSuite(deployment);

/// <summary>See <see cref="RaceSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class RacesOnPostgres(PostgresDeployment deployment) : RaceSuite(deployment);
