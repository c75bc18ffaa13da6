using Orleans.Runtime;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Tests.Payment;
using Payments.Grains.Tests.PaymentRequest;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;
using Klarna = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;

namespace Payments.Grains.Tests.Runtime;

/// <summary>An operator asks for a read: the provider's truth is adopted at once, by the rules that any other read follows.</summary>
[Collection(SharedSilo.Name)]
public sealed class ReadNowTests(TestSilo silo)
{
    private const string Actor = "operator:ops-1";

    private static long lastId = 9_000_000;
    private readonly long id = Interlocked.Increment(ref lastId);

    private IOperatorGrain Operators => silo.Grains.GetGrain<IOperatorGrain>(0);

    private IPaymentRequestGrain Request => silo.Grains.GetGrain<IPaymentRequestGrain>(id);

    private PaymentRequestState RequestState => silo.Storage.State<PaymentRequestState>(Request.GetGrainId());

    [Fact]
    public async Task A_failed_cancel_that_the_provider_has_carried_out_after_all_is_cancelled_at_once()
    {
        var (payment, intent) = silo.Created(Intent.RequiresCapture);
        silo.Storage.Put(silo.RowOf(payment), silo.StateOf(payment) with
        {
            Status = PaymentStatus.CancelFailed,
            Cancellation = Sample.Situations["CF"].Cancellation,
            CancelAttempts = 1,
            ProviderDueAt = silo.Now + TimeSpan.FromHours(6),
        });
        var since = ((IIndexedState)silo.StateOf(payment)).Waiting!.Value.Since;

        var still = await Operators.ReadPaymentAsync(payment, Actor);
        Assert.Equal(
            (ProviderReadOutcome.Read, "CANCEL_FAILED", "CANCEL_FAILED"), (still!.Outcome, still.StatusBefore, still.StatusAfter));
        Assert.Equal((Actor, "read_requested"), (silo.StateOf(payment).Audit[^1].Actor, silo.StateOf(payment).Audit[^1].Event));
        Assert.Equal(since, ((IIndexedState)silo.StateOf(payment)).Waiting!.Value.Since);

        intent.Become(Intent.Canceled);
        var read = await Operators.ReadPaymentAsync(payment, Actor);

        Assert.Equal(
            (ProviderReadOutcome.Read, "CANCEL_FAILED", "CANCELLED", "Canceled"), (read!.Outcome, read.StatusBefore, read.StatusAfter, read.ProviderState));
        Assert.Equal(PaymentStatus.Cancelled, silo.StateOf(payment).Status);
    }

    [Fact]
    public async Task An_authorized_payment_that_moved_on_without_us_follows_its_intent()
    {
        var (payment, intent) = silo.Created(Intent.RequiresCapture);
        intent.Become(Intent.Succeeded);

        var read = await Operators.ReadPaymentAsync(payment, Actor);

        Assert.Equal((ProviderReadOutcome.Read, "AUTHORIZED", "COMPLETED"), (read!.Outcome, read.StatusBefore, read.StatusAfter));
    }

    [Fact]
    public async Task What_is_over_is_not_read_and_what_nobody_created_is_not_there()
    {
        var (payment, _) = silo.Created(Intent.Canceled);

        Assert.Equal(ProviderReadOutcome.Read, (await Operators.ReadPaymentAsync(payment, Actor))!.Outcome);
        Assert.DoesNotContain(silo.StateOf(payment).Audit, entry => entry.Event == "read_requested");
        Assert.Null(await Operators.ReadPaymentAsync(Guid.NewGuid(), Actor));
        Assert.Null(await Operators.ReadPaymentRequestAsync(id, Actor));
        Assert.False(silo.Storage.Has(Request.GetGrainId()));
    }

    [Fact]
    public async Task A_request_whose_cancel_was_given_up_follows_klarna_when_it_can_be_read_again()
    {
        await GiveUpAsync();
        var listed = ((IIndexedState)RequestState).Waiting!.Value;
        silo.Klarna.Of(id).Next("read", () => new Klarna.Unknown(ProviderUncertainty.Timeout, "still away"));
        silo.Klarna.Of(id).Next("read", () => new Klarna.Unknown(ProviderUncertainty.Timeout, "still away"));

        var unread = await Operators.ReadPaymentRequestAsync(id, Actor);
        Assert.Equal((ProviderReadOutcome.Unreadable, "CANCEL_FAILED"), (unread!.Outcome, unread.StatusAfter));
        Assert.Equal(listed, ((IIndexedState)RequestState).Waiting);

        silo.Klarna.Of(id).Become(KlarnaRequestState.Canceled);
        while (silo.Klarna.Of(id).HasNext)
            await silo.Klarna.ReadAsync($"{id}", TimeSpan.Zero, default);
        var read = await Operators.ReadPaymentRequestAsync(id, Actor);

        Assert.Equal((ProviderReadOutcome.Read, "CANCEL_FAILED", "CANCELED"), (read!.Outcome, read.StatusBefore, read.StatusAfter));
    }

    [Fact]
    public async Task A_request_whose_cancel_was_given_up_is_cancelled_when_it_turns_out_to_be_open()
    {
        await GiveUpAsync();

        var read = await Operators.ReadPaymentRequestAsync(id, Actor);

        Assert.Equal(("CANCEL_FAILED", "CANCEL_PENDING"), (read!.StatusBefore, read.StatusAfter));
        silo.Time.Advance(RequestState.DueAt!.Value - silo.Now);
        await silo.Grains.GetGrain<IDueGrain>(Request.GetGrainId()).WakeAsync();
        Assert.Equal(PaymentRequestStatus.Canceled, RequestState.Status);
    }

    [Fact]
    public async Task A_merchants_next_cancel_of_it_reads_before_it_cancels()
    {
        await GiveUpAsync();
        silo.Klarna.Of(id).Become(KlarnaRequestState.Canceled);

        Assert.Equal(CancelPaymentRequestOutcome.Canceled, await Request.CancelAsync(RequestSample.CancelBy(RequestSample.Merchant)));

        Assert.EndsWith(" read", silo.Klarna.Of(id).Calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refund_without_an_answer_is_looked_for_at_once()
    {
        await Request.CreateAsync(RequestSample.Create);
        silo.Klarna.Of(id).Become(KlarnaRequestState.Completed);
        await Operators.ReadPaymentRequestAsync(id, Actor);
        Assert.Equal(PaymentRequestStatus.Completed, RequestState.Status);
        var order = silo.KlarnaOrders.Of($"order-{id}");
        order.Next(make =>
        {
            make();
            return new ProviderResult<KlarnaRefundSnapshot>.Unknown(ProviderUncertainty.Timeout, "lost");
        });
        await Request.RefundAsync(new RefundPayhubPayment(RequestSample.Merchant, 100, null, "key-7", "a"));

        await Operators.ReadPaymentRequestAsync(id, Actor);

        Assert.Equal((PayhubRefundStatus.Succeeded, 1), (RequestState.Refunds[0].Status, order.Refunds.Count));
    }

    [Fact]
    public async Task The_list_is_what_the_index_says_in_the_contracts_words()
    {
        var (payment, request) = (Guid.NewGuid(), 27L);
        silo.Waiting.Entries =
        [
            new(silo.RowOf(payment), Sample.Merchant, "CANCEL_FAILED", silo.Now, silo.Now.AddHours(6)),
            new(silo.Grains.GetGrain<IPaymentRequestGrain>(request).GetGrainId(), Sample.Merchant, "CANCEL_FAILED", silo.Now, null),
            new(GrainId.Create("provider-inbox", "stripe pi_1"), null, "UNCLAIMED", silo.Now.AddSeconds(1), null),
        ];

        var first = await Operators.ListWaitingAsync(new ListWaitingCases(WaitingKind.Operator, null, 2));
        var second = await Operators.ListWaitingAsync(new ListWaitingCases(WaitingKind.Operator, first.Next, 2));

        Assert.Equal([("payment", $"{payment:D}"), ("payment-request", "27")], first.Cases.Select(found => (found.Kind, found.Id)));
        Assert.Equal(("provider-inbox", "stripe pi_1"), (second.Cases.Single().Kind, second.Cases.Single().Id));
        Assert.Null(second.Next);
        await Assert.ThrowsAnyAsync<Exception>(() => Operators.ListWaitingAsync(new ListWaitingCases(WaitingKind.Operator, null, 0)));
    }

    private async Task GiveUpAsync()
    {
        await Request.CreateAsync(RequestSample.Create);
        silo.Storage.Put(Request.GetGrainId(), RequestState with
        {
            Status = PaymentRequestStatus.CancelFailed, Operation = null, ProviderDueAt = silo.Now + TimeSpan.FromHours(6), UpdatedAt = silo.Now,
        });
    }
}
