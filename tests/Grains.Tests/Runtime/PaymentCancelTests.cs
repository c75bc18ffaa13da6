using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Tests.Payment;
using Answer = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.PaymentIntentSnapshot>;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Runtime;

[Collection(SharedSilo.Name)]
public sealed class PaymentCancelTests(TestSilo silo)
{
    [Theory]
    [InlineData(64)]
    [InlineData(1000)]
    public async Task Any_number_of_cancels_at_once_is_one_void_and_each_is_told_the_truth(int callers)
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);

        var answers = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => silo.Payment(id).CancelAsync(cancel))));

        Assert.Equal(1, intent.CountOf(Verb.Cancel));
        Assert.Contains(answers, answer => answer.Outcome == CancelPaymentOutcome.Accepted);
        Assert.All(answers, answer => Assert.True(
            answer is { Outcome: CancelPaymentOutcome.Accepted, Payment.Status: PaymentStatus.CancelInitialized }
            or { Outcome: CancelPaymentOutcome.NotCancellable, Status: PaymentStatus.Cancelled, Payment: null }, $"{answer}"));
        Assert.Equal(PaymentStatus.Cancelled, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
    }

    [Fact]
    public async Task A_whole_cancel_takes_three_writes_and_its_view_follows_the_seed()
    {
        var (id, _) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);

        var answer = await silo.Payment(id).CancelAsync(cancel);

        Assert.Equal((CancelPaymentOutcome.Accepted, PaymentStatus.CancelInitialized), (answer.Outcome, answer.Payment!.Status));
        Assert.Equal(
            (AllocationStatus.CancelInitialized, Sample.Amount),
            (answer.Payment.Allocations[0].Status, answer.Payment.Allocations[0].AmountMinor));
        await silo.UntilAsync(id, state => state is { Status: PaymentStatus.Cancelled, Outbox.IsEmpty: true });
        Assert.Equal(3, silo.Storage.Writes(silo.RowOf(id)));
        Assert.Null(silo.Storage.DueAt(silo.RowOf(id)));
        var view = (await silo.Payment(id).GetAsync(cancel.MerchantId))!;
        Assert.Equal((PaymentStatus.Cancelled, AllocationStatus.Canceled), (view.Status, view.Allocations[0].Status));
    }

    [Fact]
    public async Task A_read_during_the_provider_call_shows_the_cancel_at_once_and_a_second_cancel_waits_its_turn()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);
        var hold = intent.HoldNext(Verb.Cancel);

        var first = silo.Payment(id).CancelAsync(cancel);
        await hold.Arrived;
        var second = silo.Payment(id).CancelAsync(cancel);
        var seen = await silo.Payment(id).GetAsync(cancel.MerchantId);

        Assert.Equal(PaymentStatus.CancelInitialized, seen!.Status);
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        hold.Release();
        Assert.Equal(CancelPaymentOutcome.Accepted, (await first).Outcome);
        Assert.Equal((CancelPaymentOutcome.NotCancellable, (PaymentStatus?)PaymentStatus.Cancelled), ((await second).Outcome, (await second).Status));
        Assert.Equal(1, intent.CountOf(Verb.Cancel));
    }

    [Fact]
    public async Task A_read_during_a_slow_write_shows_what_is_durable_and_does_not_wait()
    {
        var (id, _) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);
        Assert.Equal(PaymentStatus.Authorized, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
        var reads = silo.Storage.Reads(silo.RowOf(id));
        var hold = silo.Storage.HoldNextWrite(silo.RowOf(id));

        var cancelling = silo.Payment(id).CancelAsync(cancel);
        await hold.Arrived;

        Assert.Equal(PaymentStatus.Authorized, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
        Assert.Equal(reads, silo.Storage.Reads(silo.RowOf(id)));
        Assert.False(cancelling.IsCompleted);
        hold.Release();
        Assert.Equal(CancelPaymentOutcome.Accepted, (await cancelling).Outcome);
    }

    [Fact]
    public async Task A_cancel_whose_first_write_fails_is_an_error_and_the_provider_never_hears_of_it()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);
        silo.Storage.FailNextWrites(silo.RowOf(id), WriteFault.NotWritten);

        await Assert.ThrowsAnyAsync<Exception>(() => silo.Payment(id).CancelAsync(cancel));

        Assert.Equal("", intent.Calls);
        Assert.Equal(PaymentStatus.Authorized, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
        Assert.Equal(CancelPaymentOutcome.Accepted, (await silo.Payment(id).CancelAsync(cancel)).Outcome);
        Assert.Equal(PaymentStatus.Cancelled, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task A_cancel_whose_first_write_was_stored_and_lost_goes_on_when_it_is_due()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);
        silo.Storage.FailNextWrites(silo.RowOf(id), WriteFault.WrittenAndLost);

        await Assert.ThrowsAnyAsync<Exception>(() => silo.Payment(id).CancelAsync(cancel));
        Assert.Equal(PaymentStatus.CancelInitialized, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
        Assert.Equal("", intent.Calls);
        await silo.WakeWhenDueAsync(id);

        Assert.Equal("Retrieve Cancel", intent.Calls);
        Assert.Equal(PaymentStatus.Cancelled, silo.StateOf(id).Status);
    }

    [Theory]
    [InlineData(WriteFault.NotWritten)]
    [InlineData(WriteFault.WrittenAndLost)]
    public async Task A_cancel_whose_second_write_fails_is_accepted_and_converges_by_a_read_without_a_second_void(object fault)
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        silo.Storage.FailNextWrites(silo.RowOf(id), WriteFault.None, (WriteFault)fault);

        var answer = await silo.Payment(id).CancelAsync(silo.Cancel(id));
        await silo.WakeWhenDueAsync(id);

        Assert.Equal(CancelPaymentOutcome.Accepted, answer.Outcome);
        await silo.UntilAsync(id, state => state is { Status: PaymentStatus.Cancelled, Outbox.IsEmpty: true });
        Assert.Equal(1, intent.CountOf(Verb.Cancel));
        Assert.Single(silo.Sender.Of(silo.StateOf(id).MerchantId).All);
    }

    [Fact]
    public async Task A_write_that_another_activation_overtook_is_decided_again_on_what_that_one_wrote()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);
        Assert.NotNull(await silo.Payment(id).GetAsync(cancel.MerchantId));
        var elsewhere = silo.StateOf(id) with { Status = PaymentStatus.Completed, ProviderDueAt = null };
        silo.Storage.Put(silo.RowOf(id), elsewhere);

        var answer = await silo.Payment(id).CancelAsync(cancel);

        Assert.Equal((CancelPaymentOutcome.NotCancellable, (PaymentStatus?)PaymentStatus.Completed), (answer.Outcome, answer.Status));
        Assert.Equal("", intent.Calls);
    }

    [Theory]
    [InlineData(PaymentStatus.Processing)]
    [InlineData(PaymentStatus.CaptureInitialized)]
    public async Task A_refusal_is_not_given_from_a_state_that_another_activation_has_left(PaymentStatus left)
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);
        var authorized = silo.StateOf(id);
        silo.Storage.Put(silo.RowOf(id), authorized with { Status = left });
        Assert.Equal(left, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
        silo.Storage.Put(silo.RowOf(id), authorized);

        var answer = await silo.Payment(id).CancelAsync(cancel);

        Assert.Equal(CancelPaymentOutcome.Accepted, answer.Outcome);
        Assert.Equal(1, intent.CountOf(Verb.Cancel));
    }

    [Fact]
    public async Task A_read_does_not_show_for_long_what_another_activation_has_moved_on()
    {
        var (id, _) = silo.Created(Intent.RequiresCapture);
        var authorized = silo.StateOf(id);
        silo.Storage.Put(silo.RowOf(id), authorized with { Status = PaymentStatus.Processing });
        Assert.Equal(PaymentStatus.Processing, (await silo.Payment(id).GetAsync(authorized.MerchantId))!.Status);
        silo.Storage.Put(silo.RowOf(id), authorized);

        silo.Time.Advance(new PaymentPolicy().ReadsTrustMemoryFor);

        Assert.Equal(PaymentStatus.Authorized, (await silo.Payment(id).GetAsync(authorized.MerchantId))!.Status);
    }

    [Fact]
    public async Task A_read_of_a_finished_payment_never_asks_storage_again()
    {
        var (id, _) = silo.Created(Intent.Succeeded);
        var merchant = silo.StateOf(id).MerchantId;
        await silo.Payment(id).GetAsync(merchant);
        var reads = silo.Storage.Reads(silo.RowOf(id));

        silo.Time.Advance(new PaymentPolicy().ReadsTrustMemoryFor);
        await silo.Payment(id).GetAsync(merchant);

        Assert.Equal(reads, silo.Storage.Reads(silo.RowOf(id)));
    }

    [Fact]
    public async Task A_write_that_loses_every_race_is_an_error_and_the_next_call_works()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);
        silo.Storage.FailNextWrites(silo.RowOf(id), [.. Enumerable.Repeat(WriteFault.SomebodyElseWrote, 5)]);

        await Assert.ThrowsAnyAsync<Exception>(() => silo.Payment(id).CancelAsync(cancel));
        Assert.Equal("", intent.Calls);
        Assert.Equal(PaymentStatus.Authorized, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
        Assert.Equal(CancelPaymentOutcome.Accepted, (await silo.Payment(id).CancelAsync(cancel)).Outcome);
    }

    [Theory]
    [InlineData(ProviderUncertainty.Timeout, true)]
    [InlineData(ProviderUncertainty.ConnectionLost, false)]
    [InlineData(ProviderUncertainty.ServerError, true)]
    [InlineData(ProviderUncertainty.NotSent, false)]
    public async Task A_cancel_without_an_answer_is_accepted_and_reads_before_it_tries_again(ProviderUncertainty cause, bool executed)
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Next(Verb.Cancel, () =>
        {
            if (executed)
                intent.Become(Intent.Canceled);
            return new Answer.Unknown(cause, "lost");
        });

        Assert.Equal(CancelPaymentOutcome.Accepted, (await silo.Payment(id).CancelAsync(silo.Cancel(id))).Outcome);
        Assert.Equal(
            (PaymentStatus.CancelInitialized, silo.Now + TimeSpan.FromSeconds(1)),
            (silo.StateOf(id).Status, silo.StateOf(id).ProviderDueAt));
        await silo.WakeWhenDueAsync(id);

        Assert.Equal(executed ? "Cancel Retrieve" : "Cancel Retrieve Cancel", intent.Calls);
        Assert.Equal(PaymentStatus.Cancelled, silo.StateOf(id).Status);
        if (!executed)
            Assert.Single(intent.KeysOf(Verb.Cancel).Distinct());
    }

    [Theory]
    [InlineData(ProviderUncertainty.ServerError)]
    [InlineData(ProviderUncertainty.Misconfigured)]
    public async Task An_answer_that_may_be_stored_for_its_key_is_asked_for_again_with_a_new_one(ProviderUncertainty cause)
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Next(Verb.Cancel, () => new Answer.Unknown(cause, "stored"));

        await silo.Payment(id).CancelAsync(silo.Cancel(id));
        await silo.WakeWhenDueAsync(id);

        Assert.Equal([$"{id:N}-cancel-1", $"{id:N}-cancel-2"], intent.KeysOf(Verb.Cancel));
        Assert.Equal(PaymentStatus.Cancelled, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task An_adapter_that_breaks_its_promise_and_throws_does_not_lose_the_cancel()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Next(Verb.Cancel, () => throw new InvalidOperationException("A defect in an adapter."));

        Assert.Equal(CancelPaymentOutcome.Accepted, (await silo.Payment(id).CancelAsync(silo.Cancel(id))).Outcome);
        await silo.WakeWhenDueAsync(id);

        Assert.Equal(PaymentStatus.Cancelled, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task A_definite_refusal_is_told_and_returns_the_payment_with_the_attempt_on_record()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Next(Verb.Cancel, () => new Answer.Refused("card_error", "not now", intent.Current));

        var answer = await silo.Payment(id).CancelAsync(silo.Cancel(id));

        Assert.Equal(
            (CancelPaymentOutcome.ProviderRefused, (PaymentStatus?)PaymentStatus.Authorized, null),
            (answer.Outcome, answer.Status, answer.Payment));
        var state = silo.StateOf(id);
        Assert.Equal((PaymentStatus.Authorized, null, null, 1), (state.Status, state.Operation, state.Cancellation, state.CancelAttempts));
        Assert.Equal(("cancel_refused", "card_error: not now"), (state.Audit[^1].Event, state.Audit[^1].Detail));
        Assert.Empty(state.Outbox);
    }

    [Theory]
    [InlineData(WriteFault.NotWritten)]
    [InlineData(WriteFault.WrittenAndLost)]
    public async Task A_refusal_whose_write_failed_is_still_told_as_a_refusal(object fault)
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Next(Verb.Cancel, () => new Answer.Refused("card_error", "not now", intent.Current));
        silo.Storage.FailNextWrites(silo.RowOf(id), WriteFault.None, (WriteFault)fault);

        var answer = await silo.Payment(id).CancelAsync(silo.Cancel(id));

        // 202 would be a promise; the row says that there is no cancel any more.
        Assert.Equal(CancelPaymentOutcome.ProviderRefused, answer.Outcome);
        Assert.Equal(PaymentStatus.Authorized, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task A_payment_that_was_captured_meanwhile_is_what_the_provider_says()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        intent.Become(Intent.Succeeded);

        var answer = await silo.Payment(id).CancelAsync(silo.Cancel(id));

        Assert.Equal((CancelPaymentOutcome.NotCancellable, (PaymentStatus?)PaymentStatus.Completed), (answer.Outcome, answer.Status));
        Assert.Equal("Cancel", intent.Calls);
        Assert.Equal(PaymentStatus.Completed, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task A_bank_debit_that_can_no_longer_be_cancelled_is_watched_and_refunded_once_when_it_settles()
    {
        var (id, intent) = silo.Created(Intent.Processing);

        var answer = await silo.Payment(id).CancelAsync(silo.Cancel(id));
        Assert.Equal((CancelPaymentOutcome.Accepted, "Cancel"), (answer.Outcome, intent.Calls));
        await silo.WakeWhenDueAsync(id);
        Assert.Equal(PaymentStatus.CancelInitialized, silo.StateOf(id).Status);
        intent.Become(Intent.Succeeded);
        await silo.WakeWhenDueAsync(id);

        Assert.Equal("Cancel Retrieve Retrieve FindRefund Refund", intent.Calls);
        await silo.UntilAsync(id, state => state is { Status: PaymentStatus.Cancelled, Outbox.IsEmpty: true });
        await silo.WakeAsync(id);
        Assert.Equal(1, intent.CountOf(Verb.Refund));
    }

    [Fact]
    public async Task A_debit_that_settled_before_the_cancel_arrived_is_refunded_at_once()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        intent.Become(Intent.Succeeded);

        Assert.Equal(CancelPaymentOutcome.Accepted, (await silo.Payment(id).CancelAsync(silo.Cancel(id))).Outcome);

        await silo.UntilAsync(id, state => state.Status == PaymentStatus.Cancelled);
        Assert.Equal("Cancel FindRefund Refund", intent.Calls);
    }

    [Fact]
    public async Task A_refund_without_an_answer_is_looked_up_and_not_made_twice()
    {
        var (id, intent) = silo.Created(Intent.Processing);
        intent.Become(Intent.Succeeded);
        intent.Next(Verb.Refund, () =>
        {
            intent.Refund = Sample.RefundAs(RefundStatus.Succeeded);
            return new ProviderResult<RefundSnapshot>.Unknown(ProviderUncertainty.Timeout, "lost");
        });

        await silo.Payment(id).CancelAsync(silo.Cancel(id));
        await silo.UntilAsync(id, state => state.Operation is { Kind: ProviderOperationKind.Refund, Failures: 1 });
        await silo.WakeWhenDueAsync(id);

        Assert.Equal("Cancel FindRefund Refund FindRefund", intent.Calls);
        Assert.Equal(PaymentStatus.Cancelled, silo.StateOf(id).Status);
    }

    [Fact]
    public async Task A_payment_of_another_merchant_looks_like_none()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);

        Assert.Null(await silo.Payment(id).GetAsync(Sample.Stranger));
        var answer = await silo.Payment(id).CancelAsync(Sample.CancelBy(Sample.Stranger));
        Assert.Equal((CancelPaymentOutcome.NotFound, null, null), (answer.Outcome, answer.Payment, answer.Status));
        Assert.Equal(("", 0), (intent.Calls, silo.Storage.Writes(silo.RowOf(id))));
    }

    [Fact]
    public async Task An_id_that_nobody_created_does_not_stay_in_memory_and_leaves_no_row()
    {
        var id = Guid.NewGuid();
        Assert.Null(await silo.Payment(id).GetAsync(Sample.Merchant));
        Assert.Equal(CancelPaymentOutcome.NotFound, (await silo.Payment(id).CancelAsync(Sample.CancelBy(Sample.Merchant))).Outcome);
        Assert.Null(await silo.Payment(id).GetAsync(Sample.Merchant));

        // Every activation reads its row once: an activation that stayed would have read it once in all.
        Assert.True(silo.Storage.Reads(silo.RowOf(id)) > 1);
        Assert.False(silo.Storage.Has(silo.RowOf(id)));
    }

    [Fact]
    public async Task A_wake_finds_what_another_activation_left_behind_although_this_one_thinks_that_nothing_is_due()
    {
        var (id, intent) = silo.Created(Intent.RequiresCapture);
        var cancel = silo.Cancel(id);
        Assert.Equal(PaymentStatus.Authorized, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
        silo.Storage.Put(silo.RowOf(id), PaymentMachine.Cancel(silo.StateOf(id), cancel, Sample.Policy, Sample.At(silo.Now)).State);

        await silo.WakeWhenDueAsync(id);

        Assert.Equal("Retrieve Cancel", intent.Calls);
        Assert.Equal(PaymentStatus.Cancelled, (await silo.Payment(id).GetAsync(cancel.MerchantId))!.Status);
    }
}
