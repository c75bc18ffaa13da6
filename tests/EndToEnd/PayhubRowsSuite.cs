using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>Every row of the Payhub seed, with requests that really are in those states at Klarna.</summary>
public abstract class PayhubRowsSuite(Deployment deployment)
{
    private const int TriesMax = 20;

    private PayhubClient Payhub => deployment.Payhub;

    [DatabaseFact]
    public async Task An_open_request_is_cancelled_and_the_second_cancel_conflicts()
    {
        var request = await Payhub.CreateAsync();
        (await Payhub.CancelAsync(request.Id)).Is(200, "{}");
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
        Assert.Equal("canceled", await Payhub.StatusAsync(request.Id));
        (await Payhub.CancelAsync(request.Id)).Is(409, Conflict(request.Id));
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
    }

    [DatabaseFact]
    public async Task A_request_that_the_customer_has_opened_is_cancelled()
    {
        var request = await Payhub.CreateAsync();
        await deployment.Sandbox.MoveKlarnaAsync(request, "in_progress");
        (await Payhub.CancelAsync(request.Id)).Is(200, "{}");
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
    }

    [DatabaseFact]
    public async Task A_request_that_is_over_conflicts()
    {
        foreach (var (action, status) in ((string, string)[])[("complete", "completed"), ("decline", "declined"), ("expire", "expired")])
        {
            var request = await Payhub.CreateAsync();
            await deployment.Sandbox.MoveKlarnaAsync(request, action);
            (await Payhub.CancelAsync(request.Id)).Is(409, Conflict(request.Id));
            Assert.Equal(status, await Payhub.StatusAsync(request.Id));
            Assert.Equal(0, (await deployment.Sandbox.KlarnaAsync(request)).Cancels);
        }
    }

    [DatabaseFact]
    public async Task Another_provider_than_klarna_is_created_read_and_listed_and_refused_cancellation()
    {
        foreach (var provider in (string[])["dias", "onepay", "paygate", "worldline", "viva", "nexi"])
        {
            var id = await Payhub.CreateAtAsync(provider);
            (await Payhub.CancelAsync(id)).Is(400, Problem(
                400, "6.5.1", "Bad Request", id, "Payment request is not a Klarna payment",
                "Provider", "Cancellation is only supported for Klarna payments"));
            Assert.Equal("submitted", await Payhub.StatusAsync(id));
            var listed = await Payhub.SendAsync(HttpMethod.Get, $"{PayhubClient.Path}?Limit=200");
            Assert.Contains($$"""{"PaymentRequestId":{{id}},"Provider":"{{provider}}","PaymentType":"Fixed",""", listed.Body, StringComparison.Ordinal);
        }
    }

    [DatabaseFact]
    public async Task An_in_store_session_is_cancelled_and_the_second_cancel_conflicts()
    {
        var session = await Payhub.CreateInStoreAsync();
        (await Payhub.CancelAsync(session.Id)).Is(200, "{}");
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(session));
        (await Payhub.CancelAsync(session.Id)).Is(409, Conflict(session.Id));
        Assert.Equal("canceled", await Payhub.StatusAsync(session.Id));
    }

    [DatabaseFact]
    public async Task An_in_store_session_that_is_over_conflicts()
    {
        foreach (var (action, status) in ((string, string)[])[("complete", "completed"), ("decline", "declined"), ("expire", "expired")])
        {
            var session = await Payhub.CreateInStoreAsync();
            await deployment.Sandbox.MoveKlarnaAsync(session, action);
            (await Payhub.CancelAsync(session.Id)).Is(409, Conflict(session.Id));
            Assert.Equal(status, await Payhub.StatusAsync(session.Id));
        }
    }

    [DatabaseFact]
    public async Task A_lost_answer_about_a_session_is_a_500_and_it_ends_cancelled_once()
    {
        foreach (var kind in (string[])["drop_before", "drop_after", "error_500"])
        {
            var session = await Payhub.CreateInStoreAsync();
            await deployment.Sandbox.OrderAsync(new Fault("klarna.cancel", kind, Match: session.KlarnaId));
            (await Payhub.CancelAsync(session.Id)).Is(500, Failed(session.Id));
            await AssertCancelledByItselfAsync(session);
        }
    }

    [DatabaseFact]
    public async Task Another_merchant_is_refused_and_changes_nothing()
    {
        var request = await Payhub.CreateAsync();
        var forbidden = Problem(
            403, "6.5.3", "Forbidden", request.Id, "You are not authorized to cancel this payment request",
            "Authorization", "Payment request belongs to a different merchant");
        (await deployment.SecondPayhub.CancelAsync(request.Id)).Is(403, forbidden);
        Assert.Equal(403, (await deployment.SecondPayhub.SendAsync(HttpMethod.Get, $"{PayhubClient.Path}/{request.Id}")).Status);
        Assert.Equal(("SUBMITTED", 0), await deployment.Sandbox.KlarnaAsync(request));
        Assert.Equal("submitted", await Payhub.StatusAsync(request.Id));
    }

    [DatabaseFact]
    public async Task Nothing_is_found_under_an_id_that_nobody_created()
    {
        const long id = 9_000_000_123;
        (await Payhub.CancelAsync(id)).Is(404, Problem(
            404, "6.5.4", "Not Found", id, "Payment request not found", "PaymentRequest", "No payment request found with the given ID"));
    }

    [DatabaseFact]
    public async Task A_failing_provider_is_a_500_and_the_cancel_goes_on()
    {
        var request = await Payhub.CreateAsync();
        var fault = await deployment.Sandbox.OrderAsync(Fault.Unavailable("klarna.cancel", request.KlarnaId, count: -1));
        (await Payhub.CancelAsync(request.Id)).Is(500, Failed(request.Id));
        Assert.Equal("cancel_pending", await Payhub.StatusAsync(request.Id));
        (await Payhub.CancelAsync(request.Id)).Is(500, Failed(request.Id));
        await deployment.Sandbox.ClearFaultsAsync(fault);
        await AssertCancelledByItselfAsync(request);
    }

    [DatabaseFact]
    public async Task A_slow_provider_is_a_500_and_never_an_empty_success()
    {
        var request = await Payhub.CreateAsync();
        await deployment.Sandbox.OrderAsync(Fault.Held("klarna.cancel", 2500, request.KlarnaId));
        (await Payhub.CancelAsync(request.Id)).Is(500, Failed(request.Id));
        await AssertCancelledByItselfAsync(request);
    }

    [DatabaseFact]
    public async Task A_lost_answer_is_a_500_and_the_request_ends_cancelled_once()
    {
        foreach (var kind in (string[])["drop_before", "drop_after", "error_500", "rate_limit", "status"])
        {
            var request = await Payhub.CreateAsync();
            await deployment.Sandbox.OrderAsync(new Fault("klarna.cancel", kind, Match: request.KlarnaId, StatusCode: kind == "status" ? 502 : null));
            (await Payhub.CancelAsync(request.Id)).Is(500, Failed(request.Id));
            await AssertCancelledByItselfAsync(request);
        }
    }

    [DatabaseFact]
    public async Task A_create_whose_answer_is_lost_leaves_one_request_at_klarna_that_can_be_cancelled()
    {
        var failed = Problem(
            500, "6.5.1", "One or more errors occurred.", null, "Failed to create payment request", "Server", "Internal server error");
        foreach (var kind in (string[])["drop_before", "drop_after", "error_500", "rate_limit"])
        {
            var last = await Payhub.CreateAtWorldlineAsync();
            var calls = await deployment.Sandbox.CallsAsync("klarna.create");
            var created = await deployment.Sandbox.CountAsync("klarna.create");
            await deployment.Sandbox.OrderAsync(new Fault("klarna.create", kind));
            (await Payhub.SendCreateAsync()).Is(500, failed);
            await deployment.Sandbox.WaitForCallsAsync("klarna.create", calls: calls.Count + 2);

            // Ids are handed out in order: the caller was not told this one.
            (await Payhub.CancelAsync(last + 1)).Is(200, "{}");
            Assert.Equal(created + 1, await deployment.Sandbox.CountAsync("klarna.create"));
        }
    }

    /// <summary>The background finishes what the caller was told had failed; a further cancel then waits its turn and finds it done.</summary>
    private async Task AssertCancelledByItselfAsync(PaymentRequest request)
    {
        await deployment.Sandbox.WaitForOperationAsync("klarna.cancel", request.KlarnaId);
        var answer = await Payhub.CancelAsync(request.Id);
        for (var tries = 1; tries < TriesMax && answer.Status == 500; tries++)
            answer = await Payhub.CancelAsync(request.Id);
        if (answer.Status == 200)
            answer.Is(200, "{}");
        else
            answer.Is(409, Conflict(request.Id));
        (await Payhub.CancelAsync(request.Id)).Is(409, Conflict(request.Id));
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
        Assert.Equal("canceled", await Payhub.StatusAsync(request.Id));
    }

    private static string Conflict(long id) => Problem(
        409, "6.5.8", "Conflict", id, "Payment request cannot be cancelled", "Status", "Payment request is already cancelled or completed");

    private static string Failed(long id) => Problem(
        500, "6.5.1", "One or more errors occurred.", id, "Failed to cancel payment request", "Server", "Internal server error");

    private static string Problem(int status, string section, string title, long? id, string detail, string name, string reason) =>
        $$$"""{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-{{{section}}}","Title":"{{{title}}}","Status":{{{status}}},"Instance":"{{{Instance(id)}}}","TraceId":null,"Detail":"{{{detail}}}","Errors":[{"Name":"{{{name}}}","Reason":"{{{reason}}}","Code":null,"Severity":null}]}""";

    private static string Instance(long? id) => id is null ? PayhubClient.Path : $"{PayhubClient.Path}/{id}";
}

/// <summary>See <see cref="PayhubRowsSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class PayhubRowsOnSqlite(SqliteDeployment deployment) : PayhubRowsSuite(deployment);

/// <summary>See <see cref="PayhubRowsSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class PayhubRowsOnPostgres(PostgresDeployment deployment) : PayhubRowsSuite(deployment);
