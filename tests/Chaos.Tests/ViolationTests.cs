using Payments.Chaos.Checking;

namespace Payments.Chaos.Tests;

/// <summary>One test per way in which an invariant can break: the checker finds it and names it.</summary>
public sealed class ViolationTests
{
    private static readonly ProviderOperation Taken = new(3, Sample.At(2), "payment_intent.succeeded", Sample.Intent, 25_000, null);
    private static readonly ProviderOperation Refund = new(4, Sample.At(2.1), "refund.create", "re_1", 25_000, Sample.CancelKey);

    [Fact]
    public void I1_two_effective_cancels() => Finds("I1: 2 effective cancels and refunds of one payment", Sample.Payment with
    {
        Objects = [Sample.After(Sample.Voided, Sample.Voided.Operations[^1] with { Sequence = 9 })],
    });

    [Fact]
    public void I1_two_refunds() => Finds("I1: 2 effective cancels and refunds of one payment", Sample.Payment with
    {
        Objects = [Sample.After(Sample.Held, Taken, Refund with { Amount = 12_500 }, Refund with { ObjectId = "re_2", Amount = 12_500 })],
    });

    [Fact]
    public void I1_a_refund_that_failed_is_not_one_of_two() => Assert.Empty(Sample.Judge(Sample.Payment with
    {
        Objects =
        [
            Sample.After(Sample.Held, Taken, Refund, Refund with { Name = "refund.failed", IdempotencyKey = null }, Refund with { ObjectId = "re_2" }),
        ],
    }));

    [Fact]
    public void I1_more_back_than_was_taken() => Finds("I1: more was refunded than was taken", Sample.Payment with
    {
        Objects = [Sample.After(Sample.Held, Taken, Refund with { Amount = 30_000 })],
    });

    [Fact]
    public void I1_a_payment_that_was_sent_to_the_provider_twice() => Finds("I1: 2 PaymentIntents for one payment", Sample.Payment with
    {
        Objects = [Sample.Voided, new ProviderObject("pi_2", Sample.PaymentId, [new(7, Sample.At(1), "payment_intent.create", "pi_2", 25_000, null)])],
    });

    [Fact]
    public void I1_two_effective_cancels_at_klarna() => Finds("I1: 2 effective cancels and refunds of one payment", Sample.Request with
    {
        Objects = [Sample.After(Sample.Request.Objects[0], Sample.Request.Objects[0].Operations[^1])],
    });

    [Theory]
    [InlineData("CANCEL_INITIALIZED")]
    [InlineData("PROCESSING")]
    [InlineData("PENDING")]
    public void I2_a_payment_that_stays_in_between(string status) =>
        Finds($"I2: {status} did not come to an end", Sample.With(row => row with { Status = status }));

    [Fact]
    public void I2_a_request_that_stays_in_between() =>
        Finds("I2: CANCEL_PENDING did not come to an end", Sample.RequestWith(static row => row with { Status = "CANCEL_PENDING" }));

    [Theory]
    [InlineData("AUTHORIZED")]
    [InlineData("COMPLETED")]
    public void I2_an_accepted_cancel_that_did_not_happen(string status) =>
        Finds($"I2: a cancel was accepted, and the payment is {status}", Sample.With(row => row with { Status = status }));

    [Fact]
    public void I2_a_request_that_was_told_to_be_cancelled_and_is_not() =>
        Finds("I2: a cancel was accepted, and the payment is COMPLETED", Sample.RequestWith(static row => row with { Status = "COMPLETED" }));

    [Fact]
    public void I3_cancelled_and_still_open_at_the_provider() =>
        Finds("I3: cancelled, and pi_1 is still open at the provider", Sample.Payment with { Objects = [Sample.Held] });

    [Fact]
    public void I3_cancelled_and_charged() =>
        Finds("I3: cancelled, and the customer is charged 25000", Sample.Payment with { Objects = [Sample.After(Sample.Held, Taken)] });

    [Fact]
    public void I3_cancelled_and_refunded_in_part() => Finds("I3: cancelled, and the customer is charged 15000", Sample.Payment with
    {
        Objects = [Sample.After(Sample.Held, Taken, Refund with { Amount = 10_000 })],
    });

    [Fact]
    public void I3_cancelled_by_a_refund_that_failed_later() => Finds("I3: cancelled, and the customer is charged 25000", Sample.Payment with
    {
        Objects = [Sample.After(Sample.Held, Taken, Refund, Refund with { Name = "refund.failed", IdempotencyKey = null })],
    });

    [Fact]
    public void I3_voided_at_the_provider_and_not_here() => Finds("I3: pi_1 was cancelled or refunded, and the payment is CANCEL_FAILED", Sample.With(static row => row with
    {
        Status = "CANCEL_FAILED",
    }));

    [Fact]
    public void I3_completed_and_nobody_charged() => Finds("I3: completed, and nobody was charged", Sample.With(static row => row with { Status = "COMPLETED" }) with
    {
        Objects = [Sample.Held],
    });

    [Fact]
    public void I3_a_request_that_is_cancelled_here_only() => Finds("I3: cancelled, and Klarna's request is not", Sample.Request with
    {
        Objects = [Sample.Request.Objects[0] with { Operations = [Sample.Request.Objects[0].Operations[0]] }],
    });

    [Fact]
    public void I3_a_request_that_was_cancelled_and_paid_as_another_one() => Finds("I3: cancelled, and the customer has paid", Sample.Request with
    {
        Objects = [.. Sample.Request.Objects, new ProviderObject("krn:0", Sample.RequestId, [new(3, Sample.At(0), "klarna.complete", "krn:0", 500, null)])],
    });

    [Fact]
    public void I3_a_request_that_klarna_cancelled_and_we_do_not_know() =>
        Finds("I3: krn:1 was cancelled, and the request is SUBMITTED", Sample.RequestWith(static row => row with { Status = "SUBMITTED" }));

    [Fact]
    public void I4_never_announced() =>
        Finds("I4: cancelled, never announced, and no delivery is due or given up", Sample.Payment with { Webhooks = [] });

    [Fact]
    public void I4_only_refused_deliveries() => Finds("I4: cancelled, never announced, and no delivery is due or given up", Sample.Payment with
    {
        Webhooks = [Sample.Signed("msg_1", Sample.Body, answered: 500)],
    });

    [Fact]
    public void I4_a_delivery_that_is_overdue() => Finds(
        "I4: cancelled, never announced, and no delivery is due or given up",
        Sample.With(static row => row with { Outbox = [new StoredWebhook("msg_1", "PAYMENT_CANCELLED", 1, Sample.At(30), false)] }) with { Webhooks = [] });

    [Fact]
    public void I4_announced_and_not_cancelled() =>
        Finds("I4: webhook 2: announced as cancelled, and the payment is AUTHORIZED", Sample.With(static row => row with { Status = "AUTHORIZED" }));

    [Fact]
    public void I4_announced_twice_as_different_messages() => Finds("I4: one cancellation was announced as several messages", Sample.Payment with
    {
        Webhooks = [Sample.Webhook, Sample.Signed("msg_2", Sample.Body)],
    });

    [Fact]
    public void I4_announced_to_somebody_else() =>
        Finds($"I4: webhook 2: it went to merchant {Sample.Other}", Sample.Payment with { Webhooks = [Sample.Webhook with { Merchant = Sample.Other }] });

    [Fact]
    public void I4_another_body_than_the_contracts() => Finds("its body is not the contract's", Sample.Payment with
    {
        Webhooks = [Sample.Signed("msg_1", Sample.Body.Replace("CANCELED", "CANCELLED", StringComparison.Ordinal))],
    });

    [Theory]
    [InlineData("v1,AAAA")]
    [InlineData(null)]
    public void I4_a_signature_that_does_not_fit(string? signature) =>
        Finds("I4: webhook 2: its signature is not valid", Sample.Payment with { Webhooks = [Sample.Webhook with { Signature = signature }] });

    [Fact]
    public void I4_a_signature_of_another_time() =>
        Finds("I4: webhook 2: its signature is not valid", Sample.Payment with { Webhooks = [Sample.Webhook with { At = Sample.At(400) }] });

    [Fact]
    public void I4_announced_before_it_happened() => Finds("I4: webhook 1: announced before the provider had cancelled anything", Sample.Payment with
    {
        Webhooks = [Sample.Signed("msg_1", Sample.Body, at: 1)],
    });

    [Fact]
    public void I4_something_else_on_its_way_is_not_the_cancellation() => Finds(
        "I4: cancelled, never announced, and no delivery is due or given up",
        Sample.With(static row => row with { Outbox = [new StoredWebhook("msg_0", "PAYMENT_AUTHORIZED", 9, Sample.At(2), true)] }) with { Webhooks = [] });

    [Fact]
    public void I4_a_state_where_it_never_was() => Finds("I4: webhook 1: it announces COMPLETED, where the payment never was", Sample.Payment with
    {
        Webhooks = [Sample.Signed("msg_0", Sample.Body.Replace("PAYMENT_CANCELLED", "PAYMENT_SUCCEEDED", StringComparison.Ordinal).Replace("CANCELLED", "COMPLETED", StringComparison.Ordinal)), Sample.Webhook],
    });

    [Fact]
    public void I4_an_event_that_nobody_knows() => Finds("it announces nothing that the contract knows", Sample.Payment with
    {
        Webhooks = [Sample.Signed("msg_0", Sample.Body.Replace("PAYMENT_CANCELLED", "PAYMENT_LOST", StringComparison.Ordinal)), Sample.Webhook],
    });

    [Fact]
    public void I4_out_of_order() => Finds("I4: PAYMENT_CANCELLED came before PAYMENT_AUTHORIZED was accepted", Sample.Payment with
    {
        Webhooks = [Sample.Authorized with { Answered = 500 }, Sample.Webhook, Sample.Authorized with { Sequence = 3 }],
    });

    [Fact]
    public void I4_one_message_with_two_bodies() => Finds("I4: one message had several bodies", Sample.Payment with
    {
        Webhooks = [Sample.Webhook, Sample.Signed("msg_1", Sample.Body + " ")],
    });

    [Fact]
    public void I5_an_answered_create_without_a_row() => Finds("I5: it was answered with 2xx, and there is no row", Sample.Payment with { Rows = [] });

    [Fact]
    public void I5_an_accepted_cancel_that_is_gone_when_it_is_read_again() => Finds("was gone afterwards", Sample.Tried(
        Sample.Create, Sample.Cancel, Sample.Try(CallKind.Read, 3, 200, Sample.Shown("AUTHORIZED"))));

    [Fact]
    public void I5_an_authorization_that_is_gone() => Finds("was gone afterwards", Sample.Tried(
        Sample.Create, Sample.Read, Sample.CancelTry(2, 422, "Payment cannot be cancelled in PROCESSING state"), Sample.Cancel with { SentAt = TimeSpan.FromSeconds(3) }));

    [Fact]
    public void I5_a_payment_that_is_not_found_any_more() => Finds("was gone afterwards", Sample.Tried(
        Sample.Create, Sample.Try(CallKind.Read, 1, 404, """{"detail":"paymentId not found"}"""), Sample.Cancel));

    [Fact]
    public void I5_a_final_state_that_changes() => Finds("I5: COMPLETED became CANCELLED", Sample.Tried(
        Sample.Create, Sample.Try(CallKind.Read, 1, 200, Sample.Shown("COMPLETED"))));

    [Fact]
    public void I5_an_amount_that_is_not_what_was_ordered() => Finds("I5: ordered 25000, stored 2500", Sample.With(static row => row with { AmountMinor = 2_500 }));

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(422)]
    public void I6_another_merchant_who_is_answered(int status) => Finds($"I6: another merchant was answered {status} instead of 404", Sample.Tried(
        [.. Sample.Payment.Attempts, Sample.Try(CallKind.Cancel, 5, status, Sample.Shown("CANCELLED")) with { Foreign = true }]));

    [Fact]
    public void I6_another_merchant_who_is_answered_at_payhub() => Finds("I6: another merchant was answered 404 instead of 403", Sample.Request with
    {
        Attempts = [.. Sample.Request.Attempts, Sample.RequestTry(CallKind.Read, 5, 404, "{}") with { Foreign = true }],
    });

    [Fact]
    public void I6_a_row_of_another_merchant() => Finds("I6: it is stored as another merchant's", Sample.With(static row => row with { Merchant = Sample.Other }));

    [Fact]
    public void I6_whatever_nobody_ordered()
    {
        var evidence = Sample.Of(Sample.Payment) with { StrayRows = [Sample.Row], StrayObjects = [Sample.Held], StrayWebhooks = [Sample.Webhook] };

        Assert.Equal(
            ["a row that nobody ordered", "an object at the provider that nobody ordered", "a webhook about nothing that was ordered"],
            Checker.Judge(evidence).Where(static violation => violation.Invariant == "I6").Select(static violation => violation.What));
    }

    [Fact]
    public void I7_no_trail() => Finds("I7: the trail does not begin with the creation", Sample.With(static row => row with { Audit = [] }));

    [Fact]
    public void I7_a_trail_that_ends_elsewhere() =>
        Finds("I7: the trail ends in AUTHORIZED, the payment is CANCELLED", Sample.With(static row => row with { Audit = [.. row.Audit.Take(3)] }));

    [Fact]
    public void I7_nobody_did_it() => Finds("I7: an entry does not say who", Spoilt(4, static entry => entry with { Actor = " " }));

    [Fact]
    public void I7_a_trail_out_of_order() => Finds("I7: 'cancelled' is older than what precedes it", Spoilt(4, static entry => entry with { At = Sample.At(1) }));

    [Fact]
    public void I7_a_jump_that_nothing_explains() =>
        Finds("I7: 'webhook_delivered' does not explain how CANCEL_INITIALIZED became CANCELLED", Spoilt(4, static entry => entry with { Event = "webhook_delivered" }));

    [Fact]
    public void I7_somebody_who_never_asked() =>
        Finds("I7: nobody called intruder asked for a cancel because of 'DUPLICATE: cancel 1'", Spoilt(3, static entry => entry with { Actor = "intruder" }));

    [Fact]
    public void I7_a_reason_that_nobody_gave() =>
        Finds("I7: nobody called shop-till-0 asked for a cancel because of 'ABANDONED'", Spoilt(3, static entry => entry with { Detail = "ABANDONED" }));

    [Fact]
    public void I7_a_cancel_without_its_operation() => Finds("I7: a cancel without its provider operation", Spoilt(3, static entry => entry with { OperationKey = null }));

    [Fact]
    public void I7_cancelled_and_nobody_asked() => Finds("I7: CANCELLED, and nobody asked for it", Sample.With(static row => row with
    {
        Audit = [.. row.Audit.Where(static entry => entry.Event != "cancel_requested")],
    }));

    [Fact]
    public void I7_an_operation_that_the_trail_does_not_know() => Finds("I7: payment_intent.cancel with key x-cancel-2 happened at the provider and is not in the trail", Sample.Payment with
    {
        Objects = [Sample.After(Sample.Held, new ProviderOperation(3, Sample.At(2.1), "payment_intent.cancel", Sample.Intent, 25_000, "x-cancel-2"))],
    });

    [Fact]
    public void I7_a_request_at_klarna_that_the_trail_does_not_know() => Finds("the trail names no operation that created it", Sample.RequestWith(static row => row with
    {
        Audit = [.. row.Audit.Select(static entry => entry with { OperationKey = "payment-request-17-cancel-1" })],
    }));

    private static Case Spoilt(int entry, Func<StoredAudit, StoredAudit> change) => Sample.With(row => row with
    {
        Audit = [.. row.Audit.Select((found, index) => index == entry ? change(found) : found)],
    });

    private static void Finds(string expected, Case spoilt) =>
        Assert.Contains(Sample.Judge(Sample.Payment, Sample.Request, spoilt), violation => violation.Contains(expected, StringComparison.Ordinal));
}
