using System.Text.Json;
using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>Refunds of paid Klarna requests, of both products, against the provider's own ledger.</summary>
public abstract class PayhubRefundSuite(Deployment deployment)
{
    private const int TriesMax = 40;

    private PayhubClient Payhub => deployment.Payhub;

    private SandboxClient Sandbox => deployment.Sandbox;

    [DatabaseFact]
    public async Task A_paid_request_and_a_paid_session_are_refunded_in_parts_up_to_what_was_paid()
    {
        foreach (var request in new[] { await Payhub.CreateAsync(), await Payhub.CreateInStoreAsync() })
        {
            await PayAsync(request);
            var first = await Payhub.RefundAsync(request.Id, 10.5m);
            Assert.Equal(200, first.Status);
            Assert.Matches(
                $$"""^{"RefundRequestId":{{request.Id}}001,"ReferenceCode":"[0-9a-f]{32}","Status":"Succeeded","ProviderRefundId":"[0-9a-f-]{36}","PaymentId":{{request.Id}},"RequestedAt":"[^"]+Z"}$""",
                first.Body);
            (await Payhub.RefundAsync(request.Id, 89.51m)).Is(
                409, Problem(409, "Conflict", "8", request.Id, "Refund amount is more than what is left of the payment"));
            Assert.Equal(200, (await Payhub.RefundAsync(request.Id, 89.5m)).Status);
            Assert.Equal(409, (await Payhub.RefundAsync(request.Id, 0.01m)).Status);
            Assert.Equal([1050L, 8950L], await Sandbox.KlarnaRefundsAsync(request));
            using var read = JsonDocument.Parse((await Payhub.SendAsync(HttpMethod.Get, $"{PayhubClient.Path}/{request.Id}")).Body);
            Assert.Equal(request.Id, read.RootElement.GetProperty("PaymentId").GetInt64());
            Assert.Equal(2, read.RootElement.GetProperty("Refunds").GetArrayLength());
        }
    }

    [DatabaseFact]
    public async Task Who_may_not_and_what_was_not_paid_is_refused_and_never_reaches_klarna()
    {
        var open = await Payhub.CreateAsync();
        var calls = (await Sandbox.CallsAsync("klarna.refund")).Count;
        (await Payhub.RefundAsync(open.Id, 1)).Is(404, Problem(404, "Not Found", "4", open.Id, "Payment not found"));
        (await Payhub.RefundAsync(9_000_000_123, 1)).Is(404, Problem(404, "Not Found", "4", 9_000_000_123, "Payment not found"));
        (await deployment.SecondPayhub.RefundAsync(open.Id, 1)).Is(
            403, Problem(403, "Forbidden", "3", open.Id, "You are not authorized to refund this payment"));
        var viva = await Payhub.CreateAtAsync("viva");
        (await Payhub.RefundAsync(viva, 1)).Is(400, Problem(400, "Bad Request", "1", viva, "Payment is not a Klarna payment"));
        Assert.Equal(calls, (await Sandbox.CallsAsync("klarna.refund")).Count);
    }

    [DatabaseFact]
    public async Task Refunds_that_race_give_back_no_more_than_was_paid()
    {
        var request = await Payhub.CreateAsync();
        await PayAsync(request);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Payhub.RefundAsync(request.Id, 30)));

        Assert.Equal((3, 13), (answers.Count(answer => answer.Status == 200), answers.Count(answer => answer.Status == 409)));
        Assert.Equal(9000, (await Sandbox.KlarnaRefundsAsync(request)).Sum());
    }

    [DatabaseFact]
    public async Task A_repeat_under_its_key_is_the_same_refund()
    {
        var request = await Payhub.CreateAsync();
        await PayAsync(request);
        var key = $"{Guid.NewGuid()}";

        var first = await Payhub.RefundAsync(request.Id, 25, key);
        var again = await Payhub.RefundAsync(request.Id, 25, key);

        Assert.Equal((200, first.Body), (again.Status, again.Body));
        Assert.Equal(422, (await Payhub.RefundAsync(request.Id, 26, key)).Status);
        Assert.Equal([2500L], await Sandbox.KlarnaRefundsAsync(request));
    }

    [DatabaseFact]
    public async Task What_klarna_refuses_is_409_and_leaves_the_amount_free()
    {
        var request = await Payhub.CreateAsync();
        await PayAsync(request);
        await Sandbox.OrderAsync(new Fault("klarna.refund", "refuse", Match: request.KlarnaId));

        (await Payhub.RefundAsync(request.Id, 100)).Is(409, Problem(409, "Conflict", "8", request.Id, "Klarna refused the refund"));

        Assert.Equal(200, (await Payhub.RefundAsync(request.Id, 100)).Status);
        Assert.Equal([10000L], await Sandbox.KlarnaRefundsAsync(request));
    }

    [DatabaseFact]
    public async Task A_lost_answer_is_500_and_its_repeat_under_the_key_tells_that_it_was_made_once()
    {
        foreach (var (kind, phase) in ((string, string?)[])[("drop_before", null), ("drop_after", null), ("error_500", "after"), ("error_500", "before")])
        {
            var request = await Payhub.CreateAsync();
            await PayAsync(request);
            await Sandbox.OrderAsync(new Fault("klarna.refund", kind, Match: request.KlarnaId, Phase: phase));
            var key = $"{Guid.NewGuid()}";

            (await Payhub.RefundAsync(request.Id, 40, key)).Is(500, Problem(500, "One or more errors occurred.", "1", request.Id, "Failed to refund payment"));
            await Sandbox.WaitForOperationAsync("klarna.refund", request.KlarnaId);
            var answer = await Payhub.RefundAsync(request.Id, 40, key);
            for (var tries = 1; tries < TriesMax && answer.Status == 500; tries++)
                answer = await Payhub.RefundAsync(request.Id, 40, key);

            Assert.Equal(200, answer.Status);
            Assert.Equal([4000L], await Sandbox.KlarnaRefundsAsync(request));
            Assert.Equal(200, (await Payhub.RefundAsync(request.Id, 60)).Status);
        }
    }

    /// <summary>The customer pays; a cancel that comes too late makes the service see it.</summary>
    private async Task PayAsync(PaymentRequest request)
    {
        await Sandbox.MoveKlarnaAsync(request, "complete");
        Assert.Equal(409, (await Payhub.CancelAsync(request.Id)).Status);
        Assert.Equal("completed", await Payhub.StatusAsync(request.Id));
    }

    private static string Problem(int status, string title, string section, long id, string detail) =>
        $$"""{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.{{section}}","Title":"{{title}}","Status":{{status}},"Instance":"{{PayhubClient.RefundPath(id)}}","TraceId":null,"Detail":"{{detail}}","Errors":null}""";
}

/// <summary>See <see cref="PayhubRefundSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class PayhubRefundsOnSqlite(SqliteDeployment deployment) : PayhubRefundSuite(deployment);

/// <summary>See <see cref="PayhubRefundSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class PayhubRefundsOnPostgres(PostgresDeployment deployment) : PayhubRefundSuite(deployment);
