using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>Every row of the v2 seed's tables, with payments that were really brought into those states.</summary>
public abstract class CancelRowsSuite(Deployment deployment)
{
    private const int CatchTriesMax = 25;

    private MerchantClient Merchant => deployment.Merchant;

    [DatabaseFact]
    public async Task An_authorized_payment_is_voided()
    {
        var payment = await Merchant.CreateAsync();
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("AUTHORIZED"));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
        Assert.Equal("requested_by_customer", (await deployment.Sandbox.HistoryAsync(payment))!.PaymentIntent.CancellationReason);
    }

    [DatabaseFact]
    public async Task An_accepted_bank_debit_is_reversed()
    {
        var payment = await Merchant.CreateBankDebitAsync();
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("ACCEPTED"));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task A_pending_payment_is_cancelled_before_the_provider_hears_of_it()
    {
        var payment = Merchant.NewPayment();
        var fault = await deployment.Sandbox.OrderAsync(new Fault("payment_intent.create", "rate_limit", Count: -1, Match: payment.TransactionId));
        (await Merchant.SendCreateAsync(payment)).Is(202, payment.Accepted("INITIATED"));
        (await Merchant.RestAsync(payment)).Is(202, payment.Accepted("PENDING"));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
        await deployment.Sandbox.ClearFaultsAsync(fault);
        Assert.Null(await deployment.Sandbox.HistoryAsync(payment));
    }

    [DatabaseFact]
    public async Task An_initiated_payment_is_cancelled_before_the_provider_hears_of_it()
    {
        // INITIATED lasts from the create's commit to the payment's next turn: a cancel that queues up while the commit is held gets in between.
        for (var tries = 1; tries <= CatchTriesMax; tries++)
        {
            var payment = Merchant.NewPayment();
            Task<Answer> created, cancelled;
            await using (await deployment.HoldWritesAsync())
            {
                created = Merchant.SendCreateAsync(payment);
                await deployment.Api.GetStringAsync(new Uri("/health/live", UriKind.Relative));
                cancelled = Merchant.CancelAsync(payment);
                await deployment.Api.GetStringAsync(new Uri("/health/live", UriKind.Relative));
            }

            (await created).Is(202, payment.Accepted("INITIATED"));
            var answer = await cancelled;

            // Too early or too late is another row of the table.
            if (answer.Status != 202 || await deployment.Sandbox.HistoryAsync(payment) is not null)
                continue;
            answer.Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            await deployment.AssertCancelledAsync(Merchant, payment);
            Assert.Null(await deployment.Sandbox.HistoryAsync(payment));
            return;
        }

        Assert.Fail($"None of {CatchTriesMax} payments was caught in INITIATED.");
    }

    [DatabaseFact]
    public async Task A_payment_that_waits_for_the_customer_is_cancelled()
    {
        var payment = await Merchant.CreateAsync("AUTH_REQUIRED", Harness.Merchant.ChallengedCard);
        (await Merchant.SendAsync(HttpMethod.Patch, $"/v2/payments/{payment.Id}/cancel", """{"paymentCancellationReason":"ABANDONED"}"""))
            .Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
        Assert.Equal("abandoned", (await deployment.Sandbox.HistoryAsync(payment))!.PaymentIntent.CancellationReason);
    }

    [DatabaseFact]
    public async Task A_payment_at_the_provider_cannot_be_cancelled_until_its_answer_is_known()
    {
        var payment = Merchant.NewPayment();
        await deployment.Sandbox.OrderAsync(Fault.Held("payment_intent.create", 3500, payment.TransactionId));
        (await Merchant.SendCreateAsync(payment)).Is(202, payment.Accepted("INITIATED"));
        (await Merchant.CancelAsync(payment)).Is(422, Payment.NotCancellable("Payment cannot be cancelled in PROCESSING state"));
        await deployment.AssertUntouchedAsync(Merchant, payment, "PROCESSING");
    }

    [DatabaseFact]
    public async Task A_completed_payment_wants_a_refund()
    {
        var payment = await Merchant.CreateAsync("COMPLETED", authorizeOnly: false);
        (await Merchant.CancelAsync(payment)).Is(422, Payment.NotCancellable("Payment cannot be cancelled in COMPLETED state"));
        await deployment.AssertUntouchedAsync(Merchant, payment, "COMPLETED");
    }

    [DatabaseFact]
    public async Task A_failed_payment_is_over()
    {
        var payment = await Merchant.CreateAsync("FAILED", Harness.Merchant.DeclinedCard);
        (await Merchant.CancelAsync(payment)).Is(422, Payment.NotCancellable("Payment already failed"));
        await deployment.AssertUntouchedAsync(Merchant, payment, "FAILED");
    }

    [DatabaseFact]
    public async Task A_payment_that_was_captured_elsewhere_shows_as_completed()
    {
        var payment = await Merchant.CreateAsync();
        await deployment.Sandbox.CaptureAsync(await deployment.Sandbox.IntentIdAsync(payment));
        (await Merchant.CancelAsync(payment)).Is(422, Payment.NotCancellable("Payment cannot be cancelled in COMPLETED state"));
        await deployment.AssertUntouchedAsync(Merchant, payment, "COMPLETED", payment.Amount);
    }

    [DatabaseFact]
    public async Task A_slow_void_is_answered_within_its_budget_and_a_second_cancel_joins_it()
    {
        var payment = await Merchant.CreateAsync();
        await deployment.Sandbox.OrderAsync(Fault.Held("payment_intent.cancel", 3000, payment.TransactionId));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        (await Merchant.GetAsync(payment)).Is(200, payment.Found("CANCEL_INITIALIZED"));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task A_refused_void_leaves_the_payment_authorized_and_can_be_asked_for_again()
    {
        var payment = await Merchant.CreateAsync();
        await deployment.Sandbox.OrderAsync(Fault.RefusedVoid(payment));
        (await Merchant.CancelAsync(payment)).Is(422, Payment.Problem("PAYMENT_ERROR", 422, "Cancellation processing failed"));
        await deployment.AssertUntouchedAsync(Merchant, payment, "AUTHORIZED");
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task A_void_that_is_refused_after_the_202_fails_visibly_and_can_be_asked_for_again()
    {
        var payment = await Merchant.CreateAsync();
        var before = await deployment.Sandbox.CallsAsync("payment_intent.cancel");
        await deployment.Sandbox.OrderAsync(Fault.Unavailable("payment_intent.cancel", payment.TransactionId));
        await deployment.Sandbox.OrderAsync(Fault.RefusedVoid(payment));
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.Sandbox.WaitForCallsAsync("payment_intent.cancel", calls: before.Count + 2);
        (await Merchant.RestAsync(payment)).Is(202, payment.Accepted("CANCEL_FAILED"));
        await deployment.AssertUntouchedAsync(Merchant, payment, "CANCEL_FAILED");
        (await Merchant.CancelAsync(payment)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task Nothing_is_found_under_an_id_that_nobody_created()
    {
        var notFound = Payment.Problem("NOT_FOUND", 404, "paymentId not found");
        foreach (var id in (string[])[$"{Guid.NewGuid()}", "770e8400-e29b-41d4-a716-446655440000", "not-an-id"])
        {
            (await Merchant.SendAsync(HttpMethod.Patch, $"/v2/payments/{id}/cancel", MerchantClient.SeedCancel)).Is(404, notFound);
            (await Merchant.SendAsync(HttpMethod.Get, $"/v2/payments/{id}")).Is(404, notFound);
        }
    }

    [DatabaseFact]
    public async Task Each_reason_of_the_table_is_taken_and_no_other()
    {
        foreach (var reason in (string[])["DUPLICATE", "FRAUDULENT", "REQUESTED_BY_CUSTOMER", "ABANDONED"])
        {
            var payment = await Merchant.CreateAsync();
            (await Merchant.SendAsync(HttpMethod.Patch, $"/v2/payments/{payment.Id}/cancel", $$"""{"paymentCancellationReason":"{{reason}}"}"""))
                .Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            await deployment.AssertCancelledAsync(Merchant, payment);
            Assert.Equal(reason.ToLowerInvariant(), (await deployment.Sandbox.HistoryAsync(payment))!.PaymentIntent.CancellationReason);
        }

        var kept = await Merchant.CreateAsync();
        var path = $"/v2/payments/{kept.Id}/cancel";
        var required = Payment.Problem("INVALID_REQUEST", 400, "paymentCancellationReason is required");
        (await Merchant.SendAsync(HttpMethod.Patch, path, "{}")).Is(400, required);
        (await Merchant.SendAsync(HttpMethod.Patch, path, """{"paymentCancellationReason":null}""")).Is(400, required);
        (await Merchant.SendAsync(HttpMethod.Patch, path, """{"paymentCancellationMessage":"why"}""")).Is(400, required);
        foreach (var wrong in (string[])["requested_by_customer", "OTHER", "CANCELLED"])
        {
            (await Merchant.SendAsync(HttpMethod.Patch, path, $$"""{"paymentCancellationReason":"{{wrong}}"}"""))
                .Is(400, Payment.Problem("INVALID_REQUEST", 400, "Invalid enum value"));
        }

        await deployment.AssertUntouchedAsync(Merchant, kept, "AUTHORIZED");
    }
}

/// <summary>See <see cref="CancelRowsSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class CancelRowsOnSqlite(SqliteDeployment deployment) : CancelRowsSuite(deployment);

/// <summary>See <see cref="CancelRowsSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class CancelRowsOnPostgres(PostgresDeployment deployment) : CancelRowsSuite(deployment);
