using Orleans.Runtime;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Tests.Payment;
using Payments.Grains.Tests.PaymentRequest;
using Answer = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.PaymentIntentSnapshot>;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;
using KlarnaAnswer = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;

namespace Payments.Grains.Tests.Runtime;

[Collection(SharedSilo.Name)]
public sealed class ProviderEventTests(TestSilo silo)
{
    private static long lastRequest = 500_000;
    private static int lastEvent;

    [Fact]
    public async Task A_debit_that_settles_completes_its_payment_at_once()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        intent.Become(Intent.Succeeded);

        Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(Event(id, intent, claim: Intent.Succeeded)));

        Assert.Equal((PaymentStatus.Completed, null), (silo.StateOf(id).Status, silo.StateOf(id).ProviderDueAt));
        Assert.Equal("Retrieve", intent.Calls);
        Assert.False(silo.Storage.Has(InboxOf(intent)));
    }

    [Fact]
    public async Task Our_own_echo_causes_neither_a_read_nor_a_write()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var created = await ReceiveAsync(Event(id, intent, claim: Intent.RequiresCapture));
        Assert.Equal((ProviderEventOutcome.Applied, 0), (created, silo.Storage.Writes(silo.RowOf(id))));

        await silo.Payment(id).CancelAsync(silo.Cancel(id));
        await silo.UntilAsync(id, state => state is { Status: PaymentStatus.Cancelled, Outbox.IsEmpty: true });
        var writes = silo.Storage.Writes(silo.RowOf(id));
        for (var i = 0; i < 3; i++)
            Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(Event(id, intent, claim: Intent.Canceled)));

        Assert.Equal("Cancel", intent.Calls);
        Assert.Equal(writes, silo.Storage.Writes(silo.RowOf(id)));
        Assert.False(silo.Storage.Has(InboxOf(intent)));
    }

    [Fact]
    public async Task An_event_is_a_hint_the_object_decides_whatever_the_event_says()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(Event(id, intent, claim: Intent.Succeeded)));
        Assert.Equal(PaymentStatus.Accepted, silo.StateOf(id).Status);
        Assert.Equal(0, silo.Storage.Writes(silo.RowOf(id)));

        intent.Become(Intent.Succeeded);
        await ReceiveAsync(Event(id, intent, claim: Intent.RequiresPaymentMethod));
        Assert.Equal(PaymentStatus.Completed, silo.StateOf(id).Status);
        await ReceiveAsync(Event(id, intent, claim: Intent.Canceled));
        Assert.Equal(PaymentStatus.Completed, silo.StateOf(id).Status);
        Assert.Equal("Retrieve Retrieve", intent.Calls);
    }

    [Fact]
    public async Task A_burst_of_events_is_read_at_most_twice_and_the_last_read_begins_after_the_last_event()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        var first = intent.HoldNext(Verb.Retrieve);
        var receiving = new List<Task<ProviderEventOutcome>> { ReceiveAsync(Event(id, intent, claim: Intent.RequiresAction)) };
        await first.Arrived;
        for (var i = 0; i < 50; i++)
            receiving.Add(ReceiveAsync(Event(id, intent, claim: (Intent)(i % 7))));

        // What the first read has seen is older than this.
        intent.Become(Intent.Succeeded);
        var last = ReceiveAsync(Event(id, intent, claim: Intent.Succeeded));
        first.Release();

        Assert.All(await Task.WhenAll(receiving), outcome => Assert.Equal(ProviderEventOutcome.Applied, outcome));
        Assert.Equal(ProviderEventOutcome.Applied, await last);
        Assert.InRange(intent.CountOf(Verb.Retrieve), 2, 3);

        // One write for what the object says, one for the webhook that announces it.
        await silo.UntilAsync(id, state => state is { Status: PaymentStatus.Completed, Outbox.IsEmpty: true });
        Assert.Equal(2, silo.Storage.Writes(silo.RowOf(id)));
    }

    [Fact]
    public async Task A_repeated_event_is_taken_once()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        var received = Event(id, intent, claim: Intent.Succeeded);
        var hold = intent.HoldNext(Verb.Retrieve);
        var both = new[] { ReceiveAsync(received), ReceiveAsync(received) };
        await hold.Arrived;
        hold.Release();
        await Task.WhenAll(both);

        Assert.Equal(ProviderEventOutcome.Duplicate, await ReceiveAsync(received));
        Assert.Equal("Retrieve", intent.Calls);
    }

    [Fact]
    public async Task An_event_during_a_cancel_waits_for_its_turn_and_finds_it_done()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var hold = intent.HoldNext(Verb.Cancel);
        var cancelling = silo.Payment(id).CancelAsync(silo.Cancel(id));
        await hold.Arrived;
        var receiving = ReceiveAsync(Event(id, intent, claim: Intent.Canceled));
        hold.Release();

        Assert.Equal(CancelPaymentOutcome.Accepted, (await cancelling).Outcome);
        Assert.Equal(ProviderEventOutcome.Applied, await receiving);
        Assert.Equal("Cancel", intent.Calls);
    }

    [Fact]
    public async Task A_cancel_whose_answer_was_lost_is_found_done_by_its_event()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Next(Verb.Cancel, () =>
        {
            intent.Become(Intent.Canceled);
            return new Answer.Unknown(ProviderUncertainty.Timeout, "");
        });
        await silo.Payment(id).CancelAsync(silo.Cancel(id));
        Assert.Equal(PaymentStatus.CancelInitialized, silo.StateOf(id).Status);

        Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(Event(id, intent, claim: Intent.Canceled)));

        await silo.UntilAsync(id, state => state is { Status: PaymentStatus.Cancelled, Outbox.IsEmpty: true });
        Assert.Equal("Cancel Retrieve", intent.Calls);
    }

    [Fact]
    public async Task A_capture_that_beat_a_cancel_is_refunded_at_once()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Next(Verb.Cancel, () => new Answer.Unknown(ProviderUncertainty.RateLimited, ""));
        await silo.Payment(id).CancelAsync(silo.Cancel(id));
        intent.Become(Intent.Succeeded);

        await ReceiveAsync(Event(id, intent, claim: Intent.Succeeded));

        await silo.UntilAsync(id, state => state.Status == PaymentStatus.Cancelled);
        Assert.Equal("Cancel Retrieve FindRefund Refund", intent.Calls);
    }

    [Fact]
    public async Task A_create_whose_answer_was_lost_is_taken_over_without_another_create()
    {
        var command = Sample.Create with { MerchantId = Guid.NewGuid() };
        var id = PaymentIds.ForTransaction(command.MerchantId, command.MerchantTransactionId);
        var intent = silo.Intents.Of(id);
        intent.Next(Verb.Create, () =>
        {
            intent.Become(Intent.Processing);
            return new Answer.Unknown(ProviderUncertainty.Timeout, "");
        });
        await silo.Payment(id).CreateAsync(command);
        await silo.UntilAsync(id, state => state.Operation is { Failures: 1 });

        Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(Event(id, intent, claim: Intent.Processing)));

        Assert.Equal((PaymentStatus.Accepted, "Create Retrieve"), (silo.StateOf(id).Status, intent.Calls));
    }

    [Fact]
    public async Task A_refund_on_request_follows_its_events_also_when_it_fails_after_it_looked_successful()
    {
        var (id, intent) = silo.Created(Intent.Succeeded);
        intent.RefundsAs = RefundStatus.Pending;
        var refund = new RefundPayment(silo.StateOf(id).MerchantId, id, $"{id}", null, CancellationReason.Duplicate, null, "client");
        await silo.Payment(id).RefundAsync(Guid.NewGuid(), refund);
        await silo.UntilAsync(id, state => state is { Refunds: [{ Status: RefundState.Pending }], Outbox.IsEmpty: true });

        foreach (var (at, status) in ((RefundStatus, RefundState)[])
            [(RefundStatus.Succeeded, RefundState.Completed), (RefundStatus.Failed, RefundState.Failed)])
        {
            intent.Refund = intent.Refund! with { Status = at };
            var told = Event(id, intent) with { SubjectId = intent.Refund.Id, Claim = at.ToString() };
            Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(told));
            Assert.Equal((PaymentStatus.Completed, status), (silo.StateOf(id).Status, silo.StateOf(id).Refunds[0].Status));
        }

        var calls = intent.Calls;
        await ReceiveAsync(Event(id, intent) with { SubjectId = intent.Refund!.Id, Claim = nameof(RefundStatus.Failed) });
        Assert.Equal(calls, intent.Calls);
    }

    [Fact]
    public async Task A_compensation_that_fails_after_the_cancel_is_on_record_and_takes_nothing_back()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Next(Verb.Cancel, () => new Answer.Unknown(ProviderUncertainty.RateLimited, ""));
        await silo.Payment(id).CancelAsync(silo.Cancel(id));
        intent.Become(Intent.Succeeded);
        await ReceiveAsync(Event(id, intent, claim: Intent.Succeeded));
        await silo.UntilAsync(id, state => state is { Status: PaymentStatus.Cancelled, Outbox.IsEmpty: true });
        await ReceiveAsync(Event(id, intent) with { SubjectId = intent.Refund!.Id, Claim = nameof(RefundStatus.Succeeded) });
        Assert.Equal(0, intent.CountOf(Verb.RetrieveRefund));

        intent.Refund = intent.Refund with { Status = RefundStatus.Failed, FailureReason = "expired_or_canceled_card" };
        for (var i = 0; i < 3; i++)
            await ReceiveAsync(Event(id, intent) with { SubjectId = intent.Refund.Id, Claim = nameof(RefundStatus.Failed) });

        var state = silo.StateOf(id);
        Assert.Equal((PaymentStatus.Cancelled, RefundStatus.Succeeded), (state.Status, state.Refund!.Status));
        var entry = Assert.Single(state.Audit, line => line.Event == "refund_failed_after_cancel");
        Assert.Equal(($"{intent.Refund.Id}: expired_or_canceled_card", 1), (entry.Detail, entry.Count));
    }

    [Fact]
    public async Task An_event_without_our_id_is_looked_up_at_the_provider()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        intent.Become(Intent.Succeeded);
        Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(Event(id, intent) with { Owner = null, SubjectId = "re_by_hand", Claim = null }));
        Assert.Equal((PaymentStatus.Completed, "FindOwner Retrieve"), (silo.StateOf(id).Status, intent.Calls));

        var foreign = Event(id, intent) with { Owner = null, ObjectId = "pi_of_somebody_else" };
        Assert.Equal(ProviderEventOutcome.Ignored, await ReceiveAsync(foreign));
        Assert.Equal(ProviderEventOutcome.Ignored, await ReceiveAsync(Event(id, intent) with { Owner = "order 66", ObjectId = "pi_of_yet_another" }));
        Assert.False(silo.Storage.Has(InboxOf(foreign)));
    }

    [Fact]
    public async Task An_event_for_a_payment_that_is_not_there_yet_is_kept_and_applied_when_it_is()
    {
        var command = Sample.Create with { MerchantId = Guid.NewGuid() };
        var id = PaymentIds.ForTransaction(command.MerchantId, command.MerchantTransactionId);
        var intent = silo.Intents.Of(id);
        intent.Become(Intent.Succeeded);
        var received = Event(id, intent, claim: Intent.Succeeded);

        Assert.Equal(ProviderEventOutcome.Kept, await ReceiveAsync(received));
        Assert.Equal((InboxStatus.Pending, "EVENT_PENDING"), (InboxState(received).Status, InboxState(received).StatusText));
        Assert.Equal(ProviderEventOutcome.Duplicate, await ReceiveAsync(received));
        await WakeInboxAsync(received);
        Assert.Equal((InboxStatus.Pending, 1), (InboxState(received).Status, InboxState(received).Tries));
        Assert.False(silo.Storage.Has(silo.RowOf(id)));

        // The payment learns of its object as it was when it was created, and of what happened since from the event.
        var old = new PaymentIntentSnapshot(intent.Id, Intent.Processing, Sample.Amount, 0, null, null);
        intent.Next(Verb.Create, () => new Answer.Success(old));
        await silo.Payment(id).CreateAsync(command);
        await silo.UntilAsync(id, state => state.Status == PaymentStatus.Accepted);
        await WakeInboxAsync(received);

        Assert.Equal(PaymentStatus.Completed, silo.StateOf(id).Status);
        Assert.Equal((InboxStatus.Applied, null), (InboxState(received).Status, InboxState(received).DueAt));
    }

    [Fact]
    public async Task What_the_provider_does_not_say_now_is_asked_again_later_and_the_payments_own_schedule_stays()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        var due = silo.StateOf(id).DueAt;
        intent.Become(Intent.Succeeded);
        intent.Next(Verb.Retrieve, () => new Answer.Unknown(ProviderUncertainty.RateLimited, ""));
        intent.Next(Verb.Retrieve, () => new Answer.Refused("resource_missing", "", null));
        var received = Event(id, intent, claim: Intent.Succeeded);

        Assert.Equal(ProviderEventOutcome.Kept, await ReceiveAsync(received));
        await WakeInboxAsync(received);
        Assert.Equal((PaymentStatus.Accepted, due, 0), (silo.StateOf(id).Status, silo.StateOf(id).DueAt, silo.Storage.Writes(silo.RowOf(id))));
        await WakeInboxAsync(received);

        Assert.Equal((PaymentStatus.Completed, InboxStatus.Applied), (silo.StateOf(id).Status, InboxState(received).Status));
    }

    [Fact]
    public async Task Nothing_is_taken_while_nothing_can_be_stored()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        intent.Become(Intent.Succeeded);
        var received = Event(id, intent, claim: Intent.Succeeded);
        silo.Storage.IsDown = true;
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => ReceiveAsync(received));
            await Assert.ThrowsAnyAsync<Exception>(() => ReceiveAsync(received));
        }
        finally
        {
            silo.Storage.IsDown = false;
        }

        Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(received));
        Assert.Equal(PaymentStatus.Completed, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task A_payment_that_cannot_be_written_leaves_its_event_kept()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        intent.Become(Intent.Succeeded);
        var received = Event(id, intent, claim: Intent.Succeeded);
        silo.Storage.FailNextWrites(silo.RowOf(id), WriteFault.NotWritten);

        Assert.Equal(ProviderEventOutcome.Kept, await ReceiveAsync(received));
        Assert.Equal(PaymentStatus.Accepted, silo.StateOf(id).Status);
        await WakeInboxAsync(received);

        Assert.Equal((PaymentStatus.Completed, InboxStatus.Applied), (silo.StateOf(id).Status, InboxState(received).Status));
    }

    [Fact]
    public async Task A_second_object_of_one_payment_is_shown_to_operators_and_never_adopted()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var stray = Event(id, intent, claim: Intent.RequiresCapture) with { ObjectId = "pi_stray", SubjectId = "pi_stray" };

        Assert.Equal(ProviderEventOutcome.Kept, await ReceiveAsync(stray));

        Assert.Equal(("EVENT_UNCLAIMED", $"{id}", null), (InboxState(stray).StatusText, InboxState(stray).Owner, InboxState(stray).DueAt));
        Assert.Equal((PaymentStatus.Authorized, ""), (silo.StateOf(id).Status, intent.Calls));
    }

    [Fact]
    public async Task What_nobody_ever_claims_is_given_up_in_sight_of_operators()
    {
        var nobody = Guid.NewGuid();
        var received = Event(nobody, silo.Intents.Of(nobody), claim: Intent.Succeeded);
        Assert.Equal(ProviderEventOutcome.Kept, await ReceiveAsync(received));

        silo.Time.Advance(new ProviderEventOptions().GivenUpAfter);
        await WakeInboxAsync(received);

        Assert.Equal(("EVENT_UNCLAIMED", null), (InboxState(received).StatusText, InboxState(received).DueAt));
        Assert.False(silo.Storage.Has(silo.RowOf(nobody)));
    }

    [Fact]
    public async Task A_klarna_request_follows_its_object_and_its_own_echo_changes_nothing()
    {
        var (request, row, id) = await CreateRequestAsync();
        await ReceiveAsync(Klarna(id, KlarnaRequestState.Submitted));
        Assert.Equal($"create:payment-request-{id}-create-1", silo.Klarna.Of(id).Calls);

        silo.Klarna.Of(id).Become(KlarnaRequestState.Completed);
        Assert.Equal(ProviderEventOutcome.Applied, await ReceiveAsync(Klarna(id, KlarnaRequestState.Completed)));
        Assert.Equal((PaymentRequestStatus.Completed, null), (Request(row).Status, Request(row).DueAt));
        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, await request.CancelAsync(RequestSample.CancelBy(RequestSample.Merchant)));

        var (other, otherRow, otherId) = await CreateRequestAsync();
        await other.CancelAsync(RequestSample.CancelBy(RequestSample.Merchant));
        var writes = silo.Storage.Writes(otherRow);
        await ReceiveAsync(Klarna(otherId, KlarnaRequestState.Canceled));
        Assert.Equal(writes, silo.Storage.Writes(otherRow));
    }

    [Fact]
    public async Task A_klarna_event_that_comes_before_the_answer_to_the_create_is_kept_until_then()
    {
        var id = Interlocked.Increment(ref lastRequest);
        var request = silo.Grains.GetGrain<IPaymentRequestGrain>(id);
        var klarna = silo.Klarna.Of(id);
        klarna.Next($"create", () => new KlarnaAnswer.Unknown(ProviderUncertainty.Timeout, ""));
        var replayed = klarna.Current;
        klarna.Next($"create", () => new KlarnaAnswer.Success(replayed));
        await request.CreateAsync(RequestSample.Create);
        klarna.Become(KlarnaRequestState.Completed);
        var received = Klarna(id, KlarnaRequestState.Completed);

        Assert.Equal(ProviderEventOutcome.Kept, await ReceiveAsync(received));
        var row = request.GetGrainId();
        silo.Time.Advance(silo.Storage.DueAt(row)!.Value - silo.Now);
        await silo.Grains.GetGrain<Grains.IDueGrain>(row).WakeAsync();
        Assert.Equal(PaymentRequestStatus.Submitted, Request(row).Status);
        await WakeInboxAsync(received);

        Assert.Equal((PaymentRequestStatus.Completed, InboxStatus.Applied), (Request(row).Status, InboxState(received).Status));
    }

    private static ProviderEvent Event(Guid id, TestIntent intent, Intent? claim = null) => new(
        ProviderNames.Stripe, $"evt_{Interlocked.Increment(ref lastEvent)}", "payment_intent.something", Sample.Now.Now, intent.Id, intent.Id,
        claim?.ToString(), $"{id}");

    private static ProviderEvent Klarna(long id, KlarnaRequestState claim) => new(
        ProviderNames.Klarna, $"evt_{Interlocked.Increment(ref lastEvent)}", "payment.request.state-change.something", Sample.Now.Now, $"{id}", $"{id}",
        claim.ToString(), $"{id}");

    private async Task<(IPaymentRequestGrain Request, GrainId Row, long Id)> CreateRequestAsync()
    {
        var id = Interlocked.Increment(ref lastRequest);
        var request = silo.Grains.GetGrain<IPaymentRequestGrain>(id);
        await request.CreateAsync(RequestSample.Create);
        return (request, request.GetGrainId(), id);
    }

    private PaymentRequestState Request(GrainId row) => silo.Storage.State<PaymentRequestState>(row);

    private Task<ProviderEventOutcome> ReceiveAsync(ProviderEvent received) => silo.Grains.GetGrain<IProviderEventGrain>(received.Key).ReceiveAsync(received);

    private GrainId InboxOf(ProviderEvent received) => silo.Grains.GetGrain<IProviderInboxGrain>(received.Key).GetGrainId();

    private GrainId InboxOf(TestIntent intent) => silo.Grains.GetGrain<IProviderInboxGrain>($"{ProviderNames.Stripe}/{intent.Id}").GetGrainId();

    private ProviderInboxState InboxState(ProviderEvent received) => silo.Storage.State<ProviderInboxState>(InboxOf(received));

    private async Task WakeInboxAsync(ProviderEvent received)
    {
        var row = InboxOf(received);
        if (silo.Storage.DueAt(row) is { } due && due > silo.Now)
            silo.Time.Advance(due - silo.Now);
        await silo.Grains.GetGrain<Grains.IDueGrain>(row).WakeAsync();
    }
}
