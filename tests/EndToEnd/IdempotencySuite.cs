using Payments.EndToEnd.Harness;
using Payments.Testing;

namespace Payments.EndToEnd;

/// <summary>Requests repeated under an <c>Idempotency-Key</c>: raced, mixed up, and across <c>kill -9</c>.</summary>
public abstract class IdempotencySuite(Deployment deployment)
{
    private const string InProgress = "A request with this Idempotency-Key is in progress";
    private const string OtherRequest = "Idempotency-Key was used with another request";

    private MerchantClient Merchant => deployment.Merchant;

    [DatabaseFact]
    public async Task Of_64_requests_with_one_key_at_once_one_is_carried_out_and_the_others_wait_or_get_its_answer()
    {
        var (payment, key) = (await Merchant.CreateAsync(), NewKey());
        var calls = await deployment.Sandbox.CallsAsync("payment_intent.cancel");
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Merchant.CancelAsync(payment, key)));
        Assert.Single(answers, static answer => answer.Status == 202 && !IsReplayed(answer));
        foreach (var answer in answers)
        {
            if (answer.Status == 202)
                answer.Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            else
                answer.Is(409, Payment.Problem("CONFLICT", 409, InProgress));
        }

        Assert.Equal(calls.Count + 1, (await deployment.Sandbox.CallsAsync("payment_intent.cancel")).Count);
        await deployment.AssertCancelledAsync(Merchant, payment);
        AssertReplayed(await Merchant.CancelAsync(payment, $"\"{key}\"")).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
    }

    [DatabaseFact]
    public async Task While_the_first_request_is_at_the_provider_a_repeat_conflicts_and_afterwards_it_gets_the_answer()
    {
        var (payment, key) = (await Merchant.CreateAsync(), NewKey());
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("payment_intent.cancel", 2500, payment.TransactionId));
        var first = Merchant.CancelAsync(payment, key);
        await deployment.Sandbox.WaitForOperationAsync("payment_intent.cancel", await deployment.Sandbox.IntentIdAsync(payment));
        var repeat = await Merchant.CancelAsync(payment, key);
        Assert.False(first.IsCompleted, "The repeat was meant to overtake the first request.");
        Assert.Equal("1", Assert.Single(repeat.Is(409, Payment.Problem("CONFLICT", 409, InProgress)).Headers["Retry-After"]));
        (await first).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        AssertReplayed(await Merchant.CancelAsync(payment, key)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task A_refusal_is_replayed_too_and_a_key_belongs_to_one_request()
    {
        var (payment, other, key) = (await Merchant.CreateAsync(), await Merchant.CreateAsync(), NewKey());
        await deployment.Sandbox.OrderAsync(Fault.RefusedVoid(payment));
        var refused = Payment.Problem("PAYMENT_ERROR", 422, "Cancellation processing failed");
        (await Merchant.CancelAsync(payment, key)).Is(422, refused);
        AssertReplayed(await Merchant.CancelAsync(payment, key)).Is(422, refused);

        var mixedUp = Payment.NotCancellable(OtherRequest);
        (await Merchant.CancelAsync(other, key)).Is(422, mixedUp);
        (await Merchant.SendAsync(HttpMethod.Patch, $"/v2/payments/{payment.Id}/cancel", """{"paymentCancellationReason":"FRAUDULENT"}""", key)).Is(422, mixedUp);
        (await Merchant.GetAsync(other)).Is(200, other.Found("AUTHORIZED"));
        (await Merchant.CancelAsync(payment, NewKey())).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task A_create_is_replayed_as_it_was_answered_and_its_key_makes_no_other_payment()
    {
        var (payment, other, key) = (Merchant.NewPayment(), Merchant.NewPayment(), NewKey());
        (await Merchant.SendCreateAsync(payment, key: key)).Is(202, payment.Accepted("INITIATED"));
        (await Merchant.RestAsync(payment)).Is(202, payment.Accepted("AUTHORIZED"));
        AssertReplayed(await Merchant.SendCreateAsync(payment, key: key)).Is(202, payment.Accepted("INITIATED"));
        (await Merchant.SendCreateAsync(other, key: key)).Is(422, Payment.NotCancellable(OtherRequest));
        Assert.Equal(404, (await Merchant.GetAsync(other)).Status);
        Assert.Equal(1, (await deployment.Sandbox.HistoryAsync(payment))!.Count("payment_intent.create"));
    }

    [DatabaseFact]
    public async Task A_merchant_meets_nothing_of_another_one_under_the_same_key()
    {
        var second = deployment.SecondMerchant;
        var (mine, theirs, key) = (await Merchant.CreateAsync(), await second.CreateAsync(), NewKey());
        (await Merchant.CancelAsync(mine, key)).Is(202, mine.Accepted("CANCEL_INITIALIZED"));
        var first = await second.CancelAsync(theirs, key);
        Assert.False(IsReplayed(first));
        first.Is(202, theirs.Accepted("CANCEL_INITIALIZED"));
        (await second.CancelAsync(mine, NewKey())).Is(404, Payment.Problem("NOT_FOUND", 404, "paymentId not found"));
        await deployment.AssertCancelledAsync(Merchant, mine);
        await deployment.AssertCancelledAsync(second, theirs);

        // Nor does the other contract.
        var request = await deployment.Payhub.CreateAsync();
        Assert.False(IsReplayed((await deployment.Payhub.CancelAsync(request.Id, key)).Is(200, "{}")));
    }

    [DatabaseFact]
    public async Task A_payhub_create_and_cancel_are_replayed()
    {
        var (key, cancelKey) = (NewKey(), NewKey());
        var created = await deployment.Payhub.SendCreateAsync(key);
        AssertReplayed(await deployment.Payhub.SendCreateAsync(key)).Is(200, created.Body);
        var request = PayhubClient.Created(created);
        (await deployment.Payhub.CancelAsync(request.Id, cancelKey)).Is(200, "{}");
        AssertReplayed(await deployment.Payhub.CancelAsync(request.Id, cancelKey)).Is(200, "{}");
        Assert.Equal(409, (await deployment.Payhub.CancelAsync(request.Id)).Status);
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
    }

    [DatabaseFact]
    public async Task Killed_after_the_void_and_before_the_answer_a_repeat_is_answered_as_if_nothing_had_happened()
    {
        foreach (var waitUntilCancelled in (bool[])[false, true])
        {
            var (payment, key) = (await Merchant.CreateAsync(), NewKey());
            await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("payment_intent.cancel", 4000, payment.TransactionId));
            var lost = Merchant.CancelAsync(payment, key);
            await deployment.Sandbox.WaitForOperationAsync("payment_intent.cancel", await deployment.Sandbox.IntentIdAsync(payment));
            await deployment.KillAndRestartAsync();
            await Assert.ThrowsAsync<HttpRequestException>(() => lost);

            // The background may have finished the cancel before the caller comes back.
            if (waitUntilCancelled)
                await deployment.Sandbox.WaitForWebhooksAsync(payment);
            var repeat = await Merchant.CancelAsync(payment, key);
            Assert.False(IsReplayed(repeat), "Nothing was answered before.");
            repeat.Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            AssertReplayed(await Merchant.CancelAsync(payment, key)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
            await deployment.AssertCancelledAsync(Merchant, payment);
        }
    }

    [DatabaseFact]
    public async Task Killed_after_the_capture_and_before_the_answer_a_repeat_is_answered_as_if_nothing_had_happened()
    {
        var (payment, key) = (await Merchant.CreateAsync(), NewKey());
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("payment_intent.capture", 4000, payment.TransactionId));
        var lost = Merchant.CaptureAsync(payment, """{"amount":7}""", key);
        await deployment.Sandbox.WaitForOperationAsync("payment_intent.capture", await deployment.Sandbox.IntentIdAsync(payment));
        await deployment.KillAndRestartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => lost);

        (await Merchant.CaptureAsync(payment, """{ "amount" : 7 }""", key)).Is(202, payment.Accepted("CAPTURE_INITIALIZED"));
        AssertReplayed(await Merchant.CaptureAsync(payment, """{"amount":7}""", key)).Is(202, payment.Accepted("CAPTURE_INITIALIZED"));
        (await Merchant.CaptureAsync(payment, """{"amount":8}""", key)).Is(422, Payment.NotCancellable(OtherRequest));
        Assert.Equal(1, (await deployment.Sandbox.HistoryAsync(payment))!.Count("payment_intent.capture"));
    }

    [DatabaseFact]
    public async Task Of_many_refunds_with_one_key_at_once_one_is_made_and_another_amount_is_refused()
    {
        var (payment, key, id) = (await Merchant.CreateAsync("COMPLETED", authorizeOnly: false), NewKey(), $"refund-{Guid.NewGuid():N}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Merchant.RefundAsync(payment, id, 5, key)));
        var first = Assert.Single(answers, static answer => answer.Status == 202 && !IsReplayed(answer));
        Assert.All(answers, answer => Assert.True(answer.Status == 409 || answer.Body == first.Body, $"{answer.Status} {answer.Body}"));
        AssertReplayed(await Merchant.RefundAsync(payment, id, 5, key)).Is(202, first.Body);
        (await Merchant.RefundAsync(payment, id, 6, key)).Is(422, Payment.NotCancellable(OtherRequest));
        await deployment.Sandbox.WaitForOperationAsync("refund.create", await deployment.Sandbox.IntentIdAsync(payment));
        Assert.Equal(1, (await deployment.Sandbox.HistoryAsync(payment))!.Count("refund.create"));
    }

    [DatabaseFact]
    public async Task An_answer_outlives_the_process_that_gave_it()
    {
        var (payment, key) = (await Merchant.CreateAsync(), NewKey());
        (await Merchant.CancelAsync(payment, key)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        await deployment.KillAndRestartAsync();
        AssertReplayed(await Merchant.CancelAsync(payment, key)).Is(202, payment.Accepted("CANCEL_INITIALIZED"));
        (await Merchant.SendAsync(HttpMethod.Patch, $"/v2/payments/{payment.Id}/cancel", """{"paymentCancellationReason":"FRAUDULENT"}""", key))
            .Is(422, Payment.NotCancellable(OtherRequest));
        await deployment.AssertCancelledAsync(Merchant, payment);
    }

    [DatabaseFact]
    public async Task Killed_during_a_payhub_create_the_repeat_finds_the_one_request_that_was_made()
    {
        var key = NewKey();
        var created = await deployment.Sandbox.CountAsync("klarna.create");
        var calls = await deployment.Sandbox.CallsAsync("klarna.create");
        await deployment.Sandbox.OrderAsync(new Fault("klarna.create", "latency", LatencyMs: 4000, Phase: "after"));
        var lost = deployment.Payhub.SendCreateAsync(key);
        await deployment.Sandbox.WaitForCallsAsync("klarna.create", faults: calls.Faults + 1);
        await deployment.KillAndRestartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => lost);

        // Klarna answers the key as in use while it still holds the first answer; that is a 500, which leaves the key to the next repeat.
        var answer = await deployment.Payhub.SendCreateAsync(key);
        while (answer.Status == 500)
        {
            var now = await deployment.Sandbox.CallsAsync("klarna.create");
            await deployment.Sandbox.WaitForCallsAsync("klarna.create", calls: now.Count + 1);
            answer = await deployment.Payhub.SendCreateAsync(key);
        }

        Assert.Equal(200, answer.Status);
        Assert.Equal(created + 1, await deployment.Sandbox.CountAsync("klarna.create"));
        AssertReplayed(await deployment.Payhub.SendCreateAsync(key)).Is(200, answer.Body);
        (await deployment.Payhub.CancelAsync(PayhubClient.Created(answer).Id)).Is(200, "{}");
    }

    [DatabaseFact]
    public async Task Killed_during_a_payhub_cancel_the_repeat_is_a_success_and_not_a_conflict()
    {
        var (request, key) = (await deployment.Payhub.CreateAsync(), NewKey());
        await deployment.Sandbox.OrderAsync(Fault.AnswerHeld("klarna.cancel", 4000, request.KlarnaId));
        var reads = await deployment.Sandbox.CallsAsync("klarna.read");
        var lost = deployment.Payhub.CancelAsync(request.Id, key);
        await deployment.Sandbox.WaitForOperationAsync("klarna.cancel", request.KlarnaId);
        await deployment.KillAndRestartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => lost);
        await deployment.Sandbox.WaitForCallsAsync("klarna.read", calls: reads.Count + 1);

        Assert.False(IsReplayed((await deployment.Payhub.CancelAsync(request.Id, key)).Is(200, "{}")));
        AssertReplayed(await deployment.Payhub.CancelAsync(request.Id, key)).Is(200, "{}");
        Assert.Equal(409, (await deployment.Payhub.CancelAsync(request.Id)).Status);
        Assert.Equal(("CANCELED", 1), await deployment.Sandbox.KlarnaAsync(request));
    }

    private static string NewKey() => $"{Guid.NewGuid()}";

    private static bool IsReplayed(Answer answer) => answer.Headers["Idempotent-Replayed"].Any();

    private static Answer AssertReplayed(Answer answer)
    {
        Assert.Equal("true", Assert.Single(answer.Headers["Idempotent-Replayed"]));
        return answer;
    }
}

/// <summary>See <see cref="IdempotencySuite"/>.</summary>
[Collection(FaultsOnSqlite.Name)]
public sealed class IdempotencyOnSqlite(SqliteDeployment deployment) : IdempotencySuite(deployment);

/// <summary>See <see cref="IdempotencySuite"/>.</summary>
[Collection(FaultsOnPostgres.Name), RequiresPostgres]
public sealed class IdempotencyOnPostgres(PostgresDeployment deployment) : IdempotencySuite(deployment);
