using Orleans.Runtime;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Tests.PaymentRequest;
using Result = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRefundSnapshot>;

namespace Payments.Grains.Tests.Runtime;

/// <summary>Refunds of a paid request on the runtime: races, lost answers, crashes.</summary>
[Collection(SharedSilo.Name)]
public sealed class PaymentRequestRefundTests(TestSilo silo)
{
    private static long lastId = 7_000_000;
    private readonly long id = Interlocked.Increment(ref lastId);

    private IPaymentRequestGrain Request => silo.Grains.GetGrain<IPaymentRequestGrain>(id);

    private TestOrder Order => silo.KlarnaOrders.Of($"order-{id}");

    private GrainId Row => Request.GetGrainId();

    private PaymentRequestState State => silo.Storage.State<PaymentRequestState>(Row);

    [Fact]
    public async Task A_paid_request_is_refunded_in_parts_and_never_beyond_what_was_paid()
    {
        await PayAsync();

        var first = await RefundAsync(1050, "a");
        Assert.Equal(
            (RefundPayhubPaymentOutcome.Succeeded, id * 1000 + 1, id, "klarna-1"),
            (first.Outcome, first.Refund!.Id, first.Refund.PaymentId, first.Refund.ProviderRefundId));
        Assert.Equal(RefundPayhubPaymentOutcome.AmountTooLarge, (await RefundAsync(8951, "b")).Outcome);
        Assert.Equal(RefundPayhubPaymentOutcome.Succeeded, (await RefundAsync(8950, "c")).Outcome);
        Assert.Equal(RefundPayhubPaymentOutcome.AmountTooLarge, (await RefundAsync(1, "d")).Outcome);
        Assert.Equal([1050L, 8950L], Order.Refunds.Select(refund => refund.AmountMinor).Order());
        var view = (await Request.GetAsync(RequestSample.Merchant)).Request!;
        Assert.Equal((id, 2), (view.PaymentId, view.Refunds.Length));
        Assert.Null(State.DueAt);
    }

    [Fact]
    public async Task Any_number_of_refunds_at_once_give_back_no_more_than_was_paid()
    {
        await PayAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(() => RefundAsync(3000, $"race-{number}"))));

        Assert.Equal(3, answers.Count(answer => answer.Outcome == RefundPayhubPaymentOutcome.Succeeded));
        Assert.Equal(47, answers.Count(answer => answer.Outcome == RefundPayhubPaymentOutcome.AmountTooLarge));
        Assert.Equal(9000, Order.Refunds.Sum(refund => refund.AmountMinor));
    }

    [Fact]
    public async Task The_same_command_any_number_of_times_is_one_refund()
    {
        await PayAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => RefundAsync(100, "same"))));

        Assert.All(answers, answer => Assert.Equal((RefundPayhubPaymentOutcome.Succeeded, id * 1000 + 1), (answer.Outcome, answer.Refund!.Id)));
        Assert.Single(Order.Refunds);
    }

    [Fact]
    public async Task A_foreign_an_unknown_an_unpaid_and_a_request_of_another_provider_are_refused_and_never_reach_klarna()
    {
        Assert.Equal(RefundPayhubPaymentOutcome.NotFound, (await RefundAsync(1, "a")).Outcome);
        Assert.False(silo.Storage.Has(Row));
        await Request.CreateAsync(RequestSample.Create);
        Assert.Equal(RefundPayhubPaymentOutcome.NotFound, (await RefundAsync(1, "a")).Outcome);
        await PayAsync();
        var foreign = new RefundPayhubPayment(RequestSample.Stranger, 1, null, "key-8", "a");
        Assert.Equal(RefundPayhubPaymentOutcome.ForeignMerchant, (await Request.RefundAsync(foreign)).Outcome);

        var other = silo.Grains.GetGrain<IPaymentRequestGrain>(Interlocked.Increment(ref lastId));
        await other.CreateAsync(RequestSample.Create with { Provider = "viva", PaymentType = "Fixed" });
        Assert.Equal(RefundPayhubPaymentOutcome.NotKlarna, (await other.RefundAsync(foreign with { MerchantId = RequestSample.Merchant })).Outcome);
        Assert.Equal("", Order.Calls);
    }

    [Fact]
    public async Task What_klarna_refuses_is_final_and_its_amount_is_free_again()
    {
        await PayAsync();
        Order.Next(_ => new Result.Refused("REFUND_NOT_ALLOWED", "no", null));

        Assert.Equal(RefundPayhubPaymentOutcome.Refused, (await RefundAsync(10000, "a")).Outcome);
        Assert.Equal(RefundPayhubPaymentOutcome.Refused, (await RefundAsync(10000, "a")).Outcome);
        Assert.Equal(RefundPayhubPaymentOutcome.Succeeded, (await RefundAsync(10000, "b")).Outcome);
    }

    [Theory]
    [InlineData(true, "refund:100:1 find")]
    [InlineData(false, "refund:100:1 find refund:100:1")]
    public async Task A_refund_without_an_answer_is_looked_for_before_it_is_tried_again(bool executed, string calls)
    {
        await PayAsync();
        Order.Next(make =>
        {
            if (executed)
                make();
            return new Result.Unknown(ProviderUncertainty.Timeout, "lost");
        });

        Assert.Equal(RefundPayhubPaymentOutcome.Unknown, (await RefundAsync(100, "a")).Outcome);
        await WakeWhenDueAsync();

        Assert.Equal(calls, Order.Calls);
        Assert.Single(Order.Refunds);
        Assert.Equal((PayhubRefundStatus.Succeeded, null), (State.Refunds[0].Status, State.DueAt));
    }

    [Fact]
    public async Task A_repeat_of_a_refund_without_an_answer_looks_for_it_too()
    {
        await PayAsync();
        Order.Next(make =>
        {
            make();
            return new Result.Unknown(ProviderUncertainty.ServerError, "500");
        });
        Assert.Equal(RefundPayhubPaymentOutcome.Unknown, (await RefundAsync(100, "a")).Outcome);

        Assert.Equal(RefundPayhubPaymentOutcome.Succeeded, (await RefundAsync(100, "a")).Outcome);

        Assert.Equal("refund:100:1 find", Order.Calls);
    }

    [Fact]
    public async Task After_a_stored_error_the_next_try_has_another_key_and_nothing_is_tried_while_orders_cannot_be_read()
    {
        await PayAsync();
        Order.Next(_ => new Result.Unknown(ProviderUncertainty.ServerError, "500"));
        Order.IsUnreadable = true;
        await RefundAsync(100, "a");
        await WakeWhenDueAsync();
        await WakeWhenDueAsync();
        Assert.Equal("refund:100:1 find find", Order.Calls);

        Order.IsUnreadable = false;
        await WakeWhenDueAsync();

        Assert.EndsWith("find refund:100:2", Order.Calls, StringComparison.Ordinal);
        Assert.Equal(PayhubRefundStatus.Succeeded, State.Refunds[0].Status);
    }

    [Theory]
    [InlineData(WriteFault.NotWritten, 0)]
    [InlineData(WriteFault.WrittenAndLost, 1)]
    public async Task A_refund_whose_first_write_fails_is_not_sent_by_that_call(object fault, int refunds)
    {
        await PayAsync();
        silo.Storage.FailNextWrites(Row, (WriteFault)fault);

        await Assert.ThrowsAnyAsync<Exception>(() => RefundAsync(100, "a"));
        Assert.Equal("", Order.Calls);
        await Request.GetAsync(RequestSample.Merchant);
        if (refunds > 0)
            await WakeWhenDueAsync();

        Assert.Equal(refunds, Order.Refunds.Count);
        Assert.Equal(refunds, State.Refunds.Length);
    }

    [Theory]
    [InlineData(WriteFault.NotWritten)]
    [InlineData(WriteFault.WrittenAndLost)]
    public async Task A_crash_after_klarna_answered_leaves_one_refund(object fault)
    {
        await PayAsync();
        silo.Storage.FailNextWrites(Row, WriteFault.None, (WriteFault)fault);

        Assert.Equal(RefundPayhubPaymentOutcome.Unknown, (await RefundAsync(100, "a")).Outcome);
        await WakeWhenDueAsync();

        Assert.Single(Order.Refunds);
        Assert.Equal(PayhubRefundStatus.Succeeded, State.Refunds[0].Status);
        Assert.Equal(RefundPayhubPaymentOutcome.Succeeded, (await RefundAsync(100, "a")).Outcome);
    }

    [Fact]
    public async Task A_read_during_the_call_shows_that_a_refund_is_pending()
    {
        await PayAsync();
        var hold = Order.HoldNext();
        var refunding = RefundAsync(100, "a");
        await hold.Arrived;

        Assert.Equal(PayhubRefundStatus.Pending, (await Request.GetAsync(RequestSample.Merchant)).Request!.Refunds.Single().Status);
        hold.Release();
        Assert.Equal(RefundPayhubPaymentOutcome.Succeeded, (await refunding).Outcome);
    }

    [Fact]
    public async Task A_payment_that_was_stored_without_its_order_learns_it_when_it_is_refunded()
    {
        await PayAsync();
        silo.Storage.Put(Row, State with { Klarna = State.Klarna! with { OrderId = null } });
        silo.Time.Advance(new PaymentRequestPolicy().ReadsTrustMemoryFor);
        await silo.Grains.GetGrain<IDueGrain>(Row).WakeAsync();

        Assert.Equal(RefundPayhubPaymentOutcome.Succeeded, (await RefundAsync(100, "a")).Outcome);
        Assert.Equal($"order-{id}", State.Klarna!.OrderId);
    }

    [Fact]
    public async Task A_session_is_created_read_cancelled_and_paid_in_its_own_product()
    {
        await Request.CreateAsync(RequestSample.Create with { PaymentType = "StaticQR", ShortCode = "2005" });
        var session = silo.KlarnaSessions.Of(id);
        Assert.Equal(("2005", $"create:payment-request-{id}-create-1"), (session.ShortCode, session.Calls));
        Assert.Equal(KlarnaProduct.InStoreSession, State.Product);

        session.Become(KlarnaRequestState.Completed);
        await WakeWhenDueAsync();
        Assert.Equal(PaymentRequestStatus.Completed, State.Status);
        Assert.Equal(CancelPaymentRequestOutcome.AlreadyFinal, await Request.CancelAsync(RequestSample.CancelBy(RequestSample.Merchant)));
        Assert.Equal(RefundPayhubPaymentOutcome.Succeeded, (await RefundAsync(100, "a")).Outcome);
        Assert.EndsWith("create-1 read", session.Calls, StringComparison.Ordinal);
        Assert.Equal("", silo.Klarna.Of(id).Calls);
    }

    [Fact]
    public async Task A_session_that_nobody_paid_expires_by_itself_also_when_klarna_has_removed_it()
    {
        await Request.CreateAsync(RequestSample.Create with { PaymentType = "StaticQR" });
        var session = silo.KlarnaSessions.Of(id);
        var end = State.CreatedAt + new PaymentRequestPolicy().SessionLifetime;
        while (silo.Now < end)
        {
            if (State.DueAt >= end)
                session.Next("read", () => new ProviderResult<KlarnaRequestSnapshot>.Refused(KlarnaErrorCodes.NotFound, "", null));
            await WakeWhenDueAsync();
        }

        Assert.Equal((PaymentRequestStatus.Expired, null), (State.Status, State.DueAt));
        Assert.StartsWith("by age", State.Audit[^1].Detail, StringComparison.Ordinal);
    }

    private Task<RefundPayhubPaymentResult> RefundAsync(long amount, string command) =>
        Request.RefundAsync(new RefundPayhubPayment(RequestSample.Merchant, amount, "Customer requested refund", "key-7", command));

    private async Task PayAsync()
    {
        await Request.CreateAsync(RequestSample.Create);
        silo.Klarna.Of(id).Become(KlarnaRequestState.Completed);
        await WakeWhenDueAsync();
        Assert.Equal(PaymentRequestStatus.Completed, State.Status);
    }

    private async Task WakeWhenDueAsync()
    {
        if (silo.Storage.DueAt(Row) is { } due && due > silo.Now)
            silo.Time.Advance(due - silo.Now);
        await silo.Grains.GetGrain<IDueGrain>(Row).WakeAsync();
    }
}
