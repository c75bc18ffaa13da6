using System.Globalization;
using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>What moved on without us is read again: by the schedule, past a row that cannot be read, and at once when an operator asks.</summary>
public abstract class ReconciliationSuite(Deployment deployment)
{
    private PayhubClient Payhub => deployment.Payhub;

    [DatabaseFact]
    public async Task One_row_that_cannot_be_read_does_not_stop_the_sweep()
    {
        var (bad, good) = (await Payhub.CreateAsync(), await Payhub.CreateAsync());
        foreach (var request in new[] { bad, good })
        {
            await deployment.Sandbox.OrderAsync(Fault.Unavailable("klarna.cancel", request.KlarnaId, count: -1));
            Assert.Equal(500, (await Payhub.CancelAsync(request.Id)).Status);
        }

        await deployment.Silo.DisposeAsync();
        await deployment.SpoilAsync("payment-request", bad.Id.ToString("X", CultureInfo.InvariantCulture));
        await deployment.Sandbox.ClearFaultsAsync();
        await deployment.StartSiloAsync();

        await deployment.Sandbox.WaitForOperationAsync("klarna.cancel", good.KlarnaId);
        Assert.Equal(("SUBMITTED", 0), await deployment.Sandbox.KlarnaAsync(bad));
        Assert.Equal(500, (await Payhub.SendAsync(HttpMethod.Get, $"{PayhubClient.Path}/{bad.Id}")).Status);
        Assert.Equal(503, (await deployment.OperatorAsync(HttpMethod.Post, $"payment-requests/{bad.Id}/read")).Status);

        // Who looks at the list sees it all the same: its columns can be read.
        var waiting = await deployment.OperatorAsync(HttpMethod.Get, "waiting?for=cancel&limit=200");
        Assert.Equal(200, waiting.Status);
        Assert.Contains($"\"kind\":\"payment-request\",\"id\":\"{bad.Id}\",", waiting.Body, StringComparison.Ordinal);
    }

    [DatabaseFact]
    public async Task An_operator_has_a_payment_read_that_moved_on_without_us()
    {
        var payment = await deployment.Merchant.CreateAsync();
        await deployment.Sandbox.CaptureAsync(await deployment.Sandbox.IntentIdAsync(payment));

        var read = await deployment.OperatorAsync(HttpMethod.Post, $"payments/{payment.Id}/read");

        Assert.Equal(200, read.Status);
        Assert.StartsWith("""{"outcome":"READ","statusBefore":"AUTHORIZED","statusAfter":"COMPLETED","providerObject":"pi_""", read.Body, StringComparison.Ordinal);
        var found = await deployment.Merchant.SendAsync(deployment.Merchant.Request(HttpMethod.Get, $"/v2/payments/{payment.Id}", null));
        Assert.Contains("\"status\":\"COMPLETED\"", found.Body, StringComparison.Ordinal);
    }

    [DatabaseFact]
    public async Task An_operator_has_a_session_read_that_was_paid()
    {
        foreach (var request in new[] { await Payhub.CreateInStoreAsync(), await Payhub.CreateAsync() })
        {
            await deployment.Sandbox.MoveKlarnaAsync(request, "complete");

            var read = await deployment.OperatorAsync(HttpMethod.Post, $"payment-requests/{request.Id}/read");

            Assert.StartsWith(
                $$"""{"outcome":"READ","statusBefore":"SUBMITTED","statusAfter":"COMPLETED","providerObject":"{{request.KlarnaId}}","providerState":"Completed","nextLookAt":null""",
                read.Body, StringComparison.Ordinal);
            Assert.Equal("completed", await Payhub.StatusAsync(request.Id));
        }
    }

    [DatabaseFact]
    public async Task A_provider_that_does_not_answer_is_said_to_be_unreadable_and_nothing_moves()
    {
        var request = await Payhub.CreateAsync();
        await deployment.Sandbox.MoveKlarnaAsync(request, "complete");
        var fault = await deployment.Sandbox.OrderAsync(Fault.Unavailable("klarna.read", request.KlarnaId, count: -1));

        var unread = await deployment.OperatorAsync(HttpMethod.Post, $"payment-requests/{request.Id}/read");
        Assert.StartsWith("""{"outcome":"UNREADABLE","statusBefore":"SUBMITTED","statusAfter":"SUBMITTED",""", unread.Body, StringComparison.Ordinal);

        await deployment.Sandbox.ClearFaultsAsync(fault);
        var read = await deployment.OperatorAsync(HttpMethod.Post, $"payment-requests/{request.Id}/read");
        Assert.StartsWith("""{"outcome":"READ","statusBefore":"SUBMITTED","statusAfter":"COMPLETED",""", read.Body, StringComparison.Ordinal);
    }

    [DatabaseFact]
    public async Task A_merchants_token_opens_nothing_of_this()
    {
        var payment = await deployment.Merchant.CreateAsync();
        foreach (var scope in new[] { "financial/commerce/nonprodcheckout:merchant", "financial/commerce/nonprodcheckout:all" })
        {
            Assert.Equal(403, (await deployment.OperatorAsync(HttpMethod.Get, "waiting", scope)).Status);
            Assert.Equal(403, (await deployment.OperatorAsync(HttpMethod.Post, $"payments/{payment.Id}/read", scope)).Status);
        }
    }
}

/// <summary>See <see cref="ReconciliationSuite"/>.</summary>
[Collection(FaultsOnSqlite.Name)]
public sealed class ReconciliationOnSqlite(SqliteDeployment deployment) : ReconciliationSuite(deployment);

/// <summary>See <see cref="ReconciliationSuite"/>.</summary>
[Collection(FaultsOnPostgres.Name), RequiresPostgres]
public sealed class ReconciliationOnPostgres(PostgresDeployment deployment) : ReconciliationSuite(deployment);
