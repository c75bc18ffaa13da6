using System.Collections.Concurrent;
using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary><c>kill -9</c> at every point of a cancel and of a create. The sandbox lives on, as a provider would.</summary>
public abstract class CrashSuite(Deployment deployment)
{
    private MerchantClient Merchant => deployment.Merchant;

    [DatabaseFact]
    public async Task Killed_between_the_first_write_and_the_provider()
    {
        var payment = await Merchant.CreateAsync();
        var calls = await deployment.Sandbox.CallsAsync("payment_intent.cancel");

        // The call is held and then comes to nothing: to the provider it was never made.
        await deployment.Sandbox.OrderAsync(Fault.Held("payment_intent.cancel", 2000, payment.TransactionId));
        await deployment.Sandbox.OrderAsync(Fault.Unavailable("payment_intent.cancel", payment.TransactionId));
        await AssertLostAsync(Merchant.CancelAsync(payment), deployment.Sandbox.WaitForCallsAsync("payment_intent.cancel", faults: calls.Faults + 1));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task Killed_while_the_provider_is_still_working_on_the_void()
    {
        var payment = await Merchant.CreateAsync();
        var calls = await deployment.Sandbox.CallsAsync("payment_intent.cancel");
        await deployment.Sandbox.OrderAsync(Fault.Held("payment_intent.cancel", 4000, payment.TransactionId));
        await AssertLostAsync(Merchant.CancelAsync(payment), deployment.Sandbox.WaitForCallsAsync("payment_intent.cancel", faults: calls.Faults + 1));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task Killed_between_the_provider_and_the_second_write()
    {
        var payment = await Merchant.CreateAsync();
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("payment_intent.cancel", 4000, payment.TransactionId));
        var voided = deployment.Sandbox.WaitForOperationAsync("payment_intent.cancel", await deployment.Sandbox.IntentIdAsync(payment));
        await AssertLostAsync(Merchant.CancelAsync(payment), voided);
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task Killed_before_the_webhook_is_answered()
    {
        var payment = await Merchant.CreateAsync();
        var endpoint = $"webhook:{payment.Merchant.Id}";
        var calls = await deployment.Sandbox.CallsAsync(endpoint);
        await deployment.Sandbox.OrderAsync(Fault.Held(endpoint, 3000, $"{payment.Id}"));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.Sandbox.WaitForCallsAsync(endpoint, faults: calls.Faults + 1);
        await deployment.KillAndRestartAsync();

        // The first one arrives, but its sender has died without knowing: it must be sent again, as the same message.
        Assert.Equal(2, (await deployment.Sandbox.WaitForWebhooksAsync(payment, count: 2)).Count);
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task Killed_while_the_provider_creates_the_intent()
    {
        var payment = Merchant.NewPayment();
        var calls = await deployment.Sandbox.CallsAsync("payment_intent.create");
        await deployment.Sandbox.OrderAsync(Fault.Held("payment_intent.create", 4000, payment.TransactionId));
        (await Merchant.SendCreateAsync(payment)).Is(202, payment.Accepted("INITIATED"));
        await deployment.Sandbox.WaitForCallsAsync("payment_intent.create", faults: calls.Faults + 1);
        await deployment.KillAndRestartAsync();

        // The same key is refused while the first call is in progress and replayed afterwards; then the answer is on its way to the payment.
        await deployment.Sandbox.WaitForCallsAsync("payment_intent.create", replayed: calls.Replayed + 1);
        (await Merchant.RestAsync(payment)).Is(202, payment.Accepted("AUTHORIZED"));
        Assert.Equal(1, (await deployment.Sandbox.HistoryAsync(payment))!.Count("payment_intent.create"));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task Killed_between_a_refund_and_its_record()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        var intent = await deployment.Sandbox.IntentIdAsync(payment);
        await deployment.Sandbox.MoveIntentAsync(intent, "close_cancel_window");
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("refund.create", 4000, $"{payment.Id}"));
        await deployment.Sandbox.MoveIntentAsync(intent, "settle");
        await deployment.Sandbox.WaitForOperationAsync("refund.create", intent);
        await deployment.KillAndRestartAsync();
        await deployment.AssertCancelledAsync(Merchant, payment);
        Assert.Equal(1, (await deployment.Sandbox.HistoryAsync(payment))!.Count("refund.create"));
    }

    [DatabaseFact]
    public async Task Killed_during_a_payhub_cancel()
    {
        var request = await deployment.Payhub.CreateAsync();
        var calls = await deployment.Sandbox.CallsAsync("klarna.cancel");
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("klarna.cancel", 4000, request.KlarnaId));
        var reads = await deployment.Sandbox.CallsAsync("klarna.read");
        await AssertLostAsync(deployment.Payhub.CancelAsync(request.Id), deployment.Sandbox.WaitForOperationAsync("klarna.cancel", request.KlarnaId));
        await deployment.Sandbox.WaitForCallsAsync("klarna.read", calls: reads.Count + 1);
        Assert.Equal(409, (await deployment.Payhub.CancelAsync(request.Id)).Status);
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
        Assert.Equal(calls.Count + 1, (await deployment.Sandbox.CallsAsync("klarna.cancel")).Count);
    }

    [DatabaseFact]
    public Task Killed_under_load_nothing_answered_is_lost() => EndUnderLoadAsync(async () => await deployment.Silo.KillAsync());

    [DatabaseFact]
    public Task Stopped_under_load_it_exits_cleanly_in_time_and_nothing_answered_is_lost() => EndUnderLoadAsync(async () =>
    {
        var (exitCode, duration) = await deployment.StopSiloAsync();
        Assert.Equal(0, exitCode);
        Assert.InRange(duration, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.DoesNotContain("Unhandled exception", deployment.Silo.Output, StringComparison.Ordinal);
    });

    /// <summary>Kills the silo once it is where the test wants it; the caller gets no answer, and a new silo takes over.</summary>
    private async Task AssertLostAsync(Task<Answer> call, Task reached)
    {
        await reached;
        await deployment.KillAndRestartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => call);
    }

    /// <summary>Killed in the middle of its create, a payment stays PROCESSING until that create is repeated.</summary>
    private async Task RestAfterCrashAsync(Payment payment)
    {
        for (; ; )
        {
            var calls = await deployment.Sandbox.CallsAsync("payment_intent.create");
            if ((await Merchant.RestAsync(payment)).Body != payment.Accepted("PROCESSING"))
                return;
            await deployment.Sandbox.WaitForCallsAsync("payment_intent.create", calls: calls.Count + 1);
        }
    }

    private async Task EndUnderLoadAsync(Func<Task> end)
    {
        const int workers = 16;
        const int answersBeforeTheEnd = 150;
        var created = new ConcurrentBag<Payment>();
        var cancelled = new ConcurrentBag<Payment>();
        var enough = new TaskCompletionSource();
        var load = Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)).ToArray();
        await enough.Task;
        await end();
        await Task.WhenAll(load);

        await deployment.StartSiloAsync();
        Assert.NotEmpty(cancelled);
        await Task.WhenAll(cancelled.Select(payment => deployment.AssertCancelledAsync(Merchant, payment)));
        foreach (var payment in created)
            Assert.Equal(200, (await Merchant.GetAsync(payment)).Status);

        // Yesterday's payments go on: each can be cancelled now, unless its cancel arrived and only the answer was lost.
        await Task.WhenAll(created.Except(cancelled).Select(async payment =>
        {
            await RestAfterCrashAsync(payment);
            var answer = await Merchant.CancelAsync(payment);
            Assert.Contains(answer.Status, (int[])[202, 422]);
            await deployment.AssertCancelledAsync(Merchant, payment);
        }));

        async Task WorkAsync()
        {
            try
            {
                for (; ; )
                {
                    var payment = Merchant.NewPayment();
                    if ((await Merchant.SendCreateAsync(payment)).Status != 202)
                        return;
                    created.Add(payment);
                    if ((await Merchant.CancelAsync(payment)).Status != 202)
                        return;
                    cancelled.Add(payment);
                    if (cancelled.Count == answersBeforeTheEnd)
                        enough.TrySetResult();
                }
            }
            catch (HttpRequestException)
            {
                // The silo has ended: what this worker was answered is on the lists.
            }
            finally
            {
                if (cancelled.Count < answersBeforeTheEnd)
                    enough.TrySetException(new InvalidOperationException("A worker ended before the silo did."));
            }
        }
    }
}

/// <summary>See <see cref="CrashSuite"/>.</summary>
[Collection(FaultsOnSqlite.Name)]
public sealed class CrashesOnSqlite(SqliteDeployment deployment) : CrashSuite(deployment);

/// <summary>See <see cref="CrashSuite"/>.</summary>
[Collection(FaultsOnPostgres.Name), RequiresPostgres]
public sealed class CrashesOnPostgres(PostgresDeployment deployment) : CrashSuite(deployment);
