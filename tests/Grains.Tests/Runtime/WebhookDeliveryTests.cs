using System.Diagnostics;
using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Tests.Payment;
using Payments.Grains.Webhooks;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Runtime;

[Collection(SharedSilo.Name)]
public sealed class WebhookDeliveryTests(TestSilo silo)
{
    private static readonly WebhookAttempt Failure = new(500, null, null);
    private readonly Guid merchant = Guid.NewGuid();

    private TestEndpoint Endpoint => silo.Sender.Of(merchant);

    [Fact]
    public async Task A_cancelled_payment_is_announced_once_with_the_body_that_was_stored()
    {
        var id = await CancelAsync();
        var sent = await Endpoint.ArrivalAsync();
        await silo.UntilAsync(id, state => state.Outbox.IsEmpty);
        await silo.WakeAsync(id);

        Assert.Equal(PaymentWebhook.Body(silo.StateOf(id).ToView()), sent.Body);
        Assert.Equal($"msg_{id:N}_1", sent.Id);
        Assert.Single(Endpoint.All);
    }

    [Fact]
    public async Task A_delivery_in_flight_is_not_made_again_however_often_the_payment_is_woken()
    {
        Endpoint.Close();
        var id = await CancelAsync();
        await Endpoint.ArrivalAsync();

        for (var i = 0; i < 20; i++)
            await silo.WakeAsync(id);
        Endpoint.Open();
        await silo.UntilAsync(id, state => state.Outbox.IsEmpty);

        Assert.Single(Endpoint.All);
    }

    [Fact]
    public async Task A_slow_endpoint_holds_up_neither_a_read_nor_a_cancel_of_the_same_payment()
    {
        Endpoint.Close();
        var id = await CancelAsync();
        await Endpoint.ArrivalAsync();

        Assert.Equal(PaymentStatus.Cancelled, (await silo.Payment(id).GetAsync(merchant))!.Status);
        Assert.Equal(CancelPaymentOutcome.NotCancellable, (await silo.Payment(id).CancelAsync(Sample.CancelBy(merchant))).Outcome);
        Endpoint.Open();
        await silo.UntilAsync(id, state => state.Outbox.IsEmpty);
    }

    [Fact]
    public async Task A_failed_delivery_is_made_again_when_it_is_due_with_the_same_id_and_the_same_bytes()
    {
        Endpoint.Answer(Failure, new WebhookAttempt(null, null, "timeout"));
        var id = await CancelAsync();
        var first = await Endpoint.ArrivalAsync();
        await silo.UntilAsync(id, state => state.Outbox is [{ Attempts: 1 }]);

        await silo.WakeAsync(id);
        Assert.Single(Endpoint.All);
        await WakeUntilDeliveredAsync(id);
        var second = await Endpoint.ArrivalAsync();
        await silo.UntilAsync(id, state => state.Outbox is [{ Attempts: 2 }]);
        await WakeUntilDeliveredAsync(id);
        var third = await Endpoint.ArrivalAsync();
        await silo.UntilAsync(id, state => state.Outbox.IsEmpty);

        Assert.Equal([first, first, first], [first, second, third]);
        Assert.Equal(["webhook_failed", "webhook_failed", "webhook_delivered"], silo.StateOf(id).Audit.TakeLast(3).Select(entry => entry.Event));
    }

    [Fact]
    public async Task A_delivery_whose_record_could_not_be_written_is_made_again()
    {
        var (id, _) = silo.Created(Intent.RequiresCapture, merchant);
        silo.Storage.FailNextWrites(silo.RowOf(id), WriteFault.None, WriteFault.None, WriteFault.NotWritten);
        await silo.Payment(id).CancelAsync(Sample.CancelBy(merchant));
        var first = await Endpoint.ArrivalAsync();

        // Until the report has failed, the entry is still taken: nothing tells when the dispatcher would take it again but that it does.
        await WakeUntilAsync(() => Endpoint.All.Count >= 2, id);
        await silo.UntilAsync(id, state => state.Outbox.IsEmpty);

        Assert.All(Endpoint.All, sent => Assert.Equal(first, sent));
    }

    [Fact]
    public async Task Events_of_one_payment_arrive_in_order_and_a_failed_one_holds_the_next_back()
    {
        Endpoint.Answer(Failure);
        var (id, _) = silo.Created(Intent.Succeeded, merchant);
        silo.Storage.Put(silo.RowOf(id), silo.StateOf(id) with { Outbox = [Entry(id, 0), Entry(id, 1), Entry(id, 2)] });

        await silo.WakeAsync(id);
        await silo.UntilAsync(id, state => state.Outbox is [{ Attempts: 1 }, ..]);
        await silo.WakeAsync(id);
        Assert.Single(Endpoint.All);
        await WakeUntilDeliveredAsync(id);
        await silo.UntilAsync(id, state => state.Outbox.IsEmpty);

        Assert.Equal(new[] { 0, 0, 1, 2 }.Select(number => Entry(id, number).Id), Endpoint.All.Select(sent => sent.Id));
    }

    [Fact]
    public async Task After_410_the_endpoint_is_left_alone_until_the_merchant_has_another_url()
    {
        Endpoint.Answer(new WebhookAttempt(410, null, null));
        var first = await CancelAsync();
        await silo.UntilAsync(first, state => state.Outbox is [{ DeadLetteredAt: not null }]);

        var second = await CancelAsync();
        await silo.UntilAsync(second, state => state.Outbox is [{ LastError: "endpoint_disabled", DeadLetteredAt: not null }]);
        Assert.Single(Endpoint.All);
        var moved = $"https://new.example/{merchant:N}";
        silo.Merchants.SetEndpoint(merchant, moved);
        var third = await CancelAsync();
        await silo.UntilAsync(third, state => state.Outbox.IsEmpty);

        Assert.Single(silo.Sender.Of(moved).All);
        Assert.Null(silo.StateOf(first).DueAt);
        Assert.Equal(
            $"https://merchant.example/{merchant:N}",
            silo.Storage.State<WebhookEndpointState>(silo.Grains.GetGrain<IWebhookEndpointGrain>(merchant).GetGrainId()).DisabledUrl);
    }

    [Fact]
    public async Task A_merchant_without_an_endpoint_has_a_dead_letter()
    {
        silo.Merchants.SetEndpoint(merchant, null);

        var id = await CancelAsync();
        var state = await silo.UntilAsync(id, state => state.Outbox is [{ DeadLetteredAt: not null }]);

        Assert.Equal(("no_endpoint", 0, null), (state.Outbox[0].LastError, state.Outbox[0].Attempts, state.DueAt));
        Assert.Equal("webhook_given_up", state.Audit[^1].Event);
    }

    [Fact]
    public async Task An_endpoint_that_keeps_failing_is_left_alone_for_a_while_and_then_tried_by_one()
    {
        var failures = TestSilo.DispatcherLimits.BreakerFailures;
        Endpoint.Answer([.. Enumerable.Repeat(Failure, failures)]);
        for (var i = 0; i < failures; i++)
        {
            var failing = await CancelAsync();
            await silo.UntilAsync(failing, state => state.Outbox is [{ Attempts: 1 }]);
        }

        var id = await CancelAsync();
        var postponed = await silo.UntilAsync(id, state => state.Outbox is [var entry] && entry.NextAttemptAt > silo.Now);
        Assert.Equal((0, silo.Now + TestSilo.DispatcherLimits.BreakerPause), (postponed.Outbox[0].Attempts, postponed.Outbox[0].NextAttemptAt));
        Assert.Equal(failures, Endpoint.All.Count);

        await WakeUntilDeliveredAsync(id);
        await silo.UntilAsync(id, state => state.Outbox.IsEmpty);
        Assert.Equal(failures + 1, Endpoint.All.Count);
    }

    [Fact]
    public async Task What_finds_no_room_in_the_queue_waits_in_storage_and_nothing_of_it_is_lost()
    {
        var limits = TestSilo.DispatcherLimits;
        Endpoint.Close();
        var ids = new List<Guid>();
        for (var i = 0; i < limits.ConcurrencyPerEndpoint + limits.QueuePerEndpoint + 5; i++)
            ids.Add(await CancelAsync());
        for (var i = 0; i < limits.ConcurrencyPerEndpoint; i++)
            await Endpoint.ArrivalAsync();

        // Another merchant is not held up by this one.
        var other = Guid.NewGuid();
        await CancelAsync(other);
        await silo.Sender.Of(other).ArrivalAsync();
        Assert.Equal(limits.ConcurrencyPerEndpoint, Endpoint.All.Count);

        Endpoint.Open();
        await WakeUntilAsync(() => ids.TrueForAll(id => silo.StateOf(id).Outbox.IsEmpty), [.. ids]);

        await Task.WhenAll(ids.Select(id => silo.UntilAsync(id, state => state.Outbox.IsEmpty)));
        Assert.Equal(ids.Count, Endpoint.All.DistinctBy(sent => sent.Id).Count());
        Assert.Equal(limits.ConcurrencyPerEndpoint, Endpoint.InFlightMax);
    }

    [Fact]
    public async Task A_row_that_stays_due_behind_a_slow_endpoint_goes_to_the_end_of_the_line()
    {
        Endpoint.Close();
        var id = await CancelAsync();
        await Endpoint.ArrivalAsync();
        await silo.WakeAsync(id);
        Assert.Equal(silo.Now, silo.Storage.DueAt(silo.RowOf(id)));

        silo.Time.Advance(Sample.Policy.WriteAheadLease);
        await silo.WakeAsync(id);

        Assert.Equal(silo.Now, silo.Storage.DueAt(silo.RowOf(id)));
        Endpoint.Open();
        await silo.UntilAsync(id, state => state.Outbox.IsEmpty);
        Assert.Single(Endpoint.All);
    }

    /// <summary>A delivery is taken until its report has returned to the dispatcher, which is after the row shows it: one wake may come too early.</summary>
    private async Task WakeUntilDeliveredAsync(Guid id)
    {
        var before = Endpoint.All.Count;
        await silo.WakeWhenDueAsync(id);
        await WakeUntilAsync(() => Endpoint.All.Count > before, id);
    }

    /// <summary>Wakes again and again, as the retry shards do, for as long as a busy machine may need.</summary>
    private async Task WakeUntilAsync(Func<bool> done, params Guid[] ids)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!done() && Stopwatch.GetElapsedTime(begun) < TestSilo.Patience)
            await Task.WhenAll(ids.Select(silo.WakeAsync));
    }

    private async Task<Guid> CancelAsync(Guid? of = null)
    {
        var owner = of ?? merchant;
        var (id, _) = silo.Created(Intent.RequiresCapture, owner);
        Assert.Equal(CancelPaymentOutcome.Accepted, (await silo.Payment(id).CancelAsync(Sample.CancelBy(owner))).Outcome);
        return id;
    }

    private static OutboxEntry Entry(Guid id, int number) =>
        new($"msg_{id:N}_{number}", "PAYMENT_CANCELLED", $"{{\"n\":{number}}}", Sample.Created, Sample.Created);
}
