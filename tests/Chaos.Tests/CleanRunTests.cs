using Payments.Chaos.Checking;

namespace Payments.Chaos.Tests;

/// <summary>What must not be called a violation.</summary>
public sealed class CleanRunTests
{
    [Fact]
    public void A_clean_run_has_no_violation() => Assert.Empty(Sample.Judge(Sample.Payment, Sample.Request));

    [Fact]
    public void A_cancel_that_was_unanswered_and_repeated_may_learn_that_it_worked() => Assert.Empty(Sample.Judge(Sample.Tried(
        Sample.Create, Sample.Read, Sample.CancelTry(2, 0, "the connection was closed"), Sample.CancelTry(3, 422, Answers.AlreadyCancelled))));

    [Fact]
    public void The_loser_of_a_race_may_learn_that_it_is_cancelled() => Assert.Empty(Sample.Judge(Sample.Tried(
        Sample.Create, Sample.Read, Sample.Cancel, Sample.CancelTry(2, 422, Answers.AlreadyCancelled, "1.1"))));

    [Fact]
    public void A_cancel_before_the_authorization_may_be_refused() => Assert.Empty(Sample.Judge(Sample.Tried(
        Sample.Create, Sample.CancelTry(0.5, 422, "Payment cannot be cancelled in PROCESSING state"), Sample.Cancel)));

    [Fact]
    public void A_cancel_that_is_only_seen_under_way_may_still_be_refused() => Assert.Empty(Sample.Judge(Sample.Tried(
        Sample.Create, Sample.Try(CallKind.Read, 1, 200, Sample.Shown("CANCEL_INITIALIZED")), Sample.Try(CallKind.Read, 1.5, 200, Sample.Shown("AUTHORIZED")), Sample.Cancel)));

    [Fact]
    public void A_payment_that_was_taken_and_given_back_in_full_is_cancelled()
    {
        var refunded = Sample.After(
            Sample.Held,
            new ProviderOperation(3, Sample.At(2), "payment_intent.succeeded", Sample.Intent, 25_000, null),
            new ProviderOperation(4, Sample.At(2.1), "refund.create", "re_1", 25_000, Sample.CancelKey));

        Assert.Empty(Sample.Judge(Sample.Payment with { Objects = [refunded] }));
    }

    [Fact]
    public void A_webhook_may_arrive_twice_as_the_same_message() => Assert.Empty(Sample.Judge(Sample.Payment with
    {
        Webhooks = [Sample.Signed("msg_1", Sample.Body, 500), Sample.Signed("msg_1", Sample.Body, at: 8)],
    }));

    [Theory]
    [InlineData(true, 9)]
    [InlineData(false, 120)]
    public void A_webhook_that_is_given_up_or_not_due_yet_is_owed_and_not_forgotten(bool deadLetter, double nextAttempt) => Assert.Empty(Sample.Judge(
        Sample.With(row => row with { Outbox = [new StoredWebhook("msg_1", "PAYMENT_CANCELLED", 2, Sample.At(nextAttempt), deadLetter)] }) with { Webhooks = [] }));

    [Fact]
    public void What_happened_before_is_announced_before() => Assert.Empty(Sample.Judge(Sample.Payment with { Webhooks = [Sample.Authorized, Sample.Webhook] }));

    [Fact]
    public void A_cancellation_may_wait_behind_an_announcement_whose_time_has_not_come() => Assert.Empty(Sample.Judge(Sample.With(static row => row with
    {
        Outbox = [new StoredWebhook("msg_0", "PAYMENT_AUTHORIZED", 2, Sample.At(120), false), new StoredWebhook("msg_1", "PAYMENT_CANCELLED", 0, Sample.At(2), false)],
    }) with { Webhooks = [Sample.Authorized with { Answered = 500 }] }));

    [Fact]
    public void What_was_given_up_does_not_hold_up_what_follows() => Assert.Empty(Sample.Judge(Sample.With(static row => row with
    {
        Outbox = [new StoredWebhook("msg_0", "PAYMENT_AUTHORIZED", 10, Sample.At(2), true)],
    }) with { Webhooks = [Sample.Authorized with { Answered = 500 }, Sample.Webhook] }));

    [Fact]
    public void A_repeat_under_the_same_key_is_answered_as_the_first_time() => Assert.Empty(Sample.Judge(Sample.Tried(
        Sample.Create, Sample.Read, Sample.CancelTry(2, 0, "lost") with { Key = "k" }, Sample.CancelTry(3, 409, "under way") with { Key = "k" },
        Sample.CancelTry(4, 202, Sample.Shown("CANCEL_INITIALIZED")) with { Key = "k" }, Sample.CancelTry(5, 202, Sample.Shown("CANCEL_INITIALIZED")) with { Key = "k" })));

    [Fact]
    public void A_repeat_under_the_same_key_shows_what_was_true_the_first_time() => Assert.Empty(Sample.Judge(Sample.Tried(
        Sample.Create, Sample.Read, Sample.Cancel with { Key = "k" }, Sample.ReadAfter, Sample.Cancel with { Key = "k", SentAt = TimeSpan.FromSeconds(5) })));

    [Fact]
    public void A_payment_that_nobody_cancelled_is_left_alone() => Assert.Empty(Sample.Judge(Sample.Payment with
    {
        Attempts = [Sample.Create, Sample.Read],
        Rows = [Sample.Row with { Status = "AUTHORIZED", Audit = [.. Sample.Row.Audit.Take(3)] }],
        Objects = [Sample.Held],
        Webhooks = [],
    }));

    [Fact]
    public void A_payment_that_was_captured_first_may_refuse_its_cancel() => Assert.Empty(Sample.Judge(Sample.Payment with
    {
        Attempts = [Sample.Create, Sample.Read, Sample.CancelTry(2, 422, "Payment cannot be cancelled in COMPLETED state")],
        Rows =
        [
            Sample.Row with
            {
                Status = "COMPLETED",
                Audit = [.. Sample.Row.Audit.Take(4), new(Sample.At(2.2), "provider", "cancel_refused", "COMPLETED", null, null)],
            },
        ],
        Objects = [Sample.After(Sample.Held, new ProviderOperation(3, Sample.At(2), "payment_intent.capture", Sample.Intent, 25_000, null))],
        Webhooks = [],
    }));

    [Fact]
    public void A_foreign_client_that_is_turned_away_is_no_matter() => Assert.Empty(Sample.Judge(Sample.Tried(
        [.. Sample.Payment.Attempts, Sample.Try(CallKind.Read, 5, 404, """{"detail":"paymentId not found"}""") with { Foreign = true }])));

    [Fact]
    public void A_klarna_request_that_a_lost_answer_left_behind_unpaid_is_no_matter() => Assert.Empty(Sample.Judge(Sample.Request with
    {
        Objects = [.. Sample.Request.Objects, new ProviderObject("krn:0", Sample.RequestId, [new(3, Sample.At(0), "klarna.create", "krn:0", 500, "key")])],
    }));

    [Fact]
    public void A_trail_that_has_lost_its_middle_is_judged_by_its_ends() => Assert.Empty(Sample.Judge(Sample.With(static row => row with
    {
        Audit =
        [
            .. row.Audit.Take(3),
            .. Enumerable.Range(0, 58).Select(static count => new StoredAudit(Sample.At(1), "provider", "provider_answer_unknown", "CANCEL_INITIALIZED", $"{count}", Sample.CancelKey)),
            .. row.Audit.Skip(3),
        ],
    })));
}
