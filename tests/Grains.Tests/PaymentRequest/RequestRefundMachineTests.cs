using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Found = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRefundSnapshot?>;
using Made = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRefundSnapshot>;

namespace Payments.Grains.Tests.PaymentRequest;

public sealed class RequestRefundMachineTests
{
    private static readonly PaymentRequestPolicy Policy = RequestSample.Policy;
    private static readonly Moment Now = RequestSample.Now;

    private static readonly PaymentRequestState Paid = RequestSample.Situations["DN"] with
    {
        Klarna = RequestSample.Klarna(KlarnaRequestState.Completed) with { OrderId = "order-1" },
    };

    [Fact]
    public void A_refund_is_answered_by_existence_owner_provider_and_payment_in_this_order_in_every_situation()
    {
        foreach (var (name, before) in RequestSample.Situations)
        {
            var (own, foreign) = (Decide(before, Command()), Decide(before, Command() with { MerchantId = RequestSample.Stranger }));
            var expected = name switch
            {
                "no" => RefundPayhubPaymentOutcome.NotFound,
                "NK" => RefundPayhubPaymentOutcome.NotKlarna,

                // Paid, but its object names no order.
                "DN" => RefundPayhubPaymentOutcome.Refused,
                _ => RefundPayhubPaymentOutcome.NotFound,
            };
            Assert.Equal((name, expected), (name, own.Outcome));
            Assert.Equal(name == "no" ? RefundPayhubPaymentOutcome.NotFound : RefundPayhubPaymentOutcome.ForeignMerchant, foreign.Outcome);
            Assert.Same(before, own.State);
            Assert.Same(before, foreign.State);
        }
    }

    [Fact]
    public void A_refund_is_on_record_with_its_key_before_klarna_hears_of_it()
    {
        var decision = Decide(Paid, Command(1050));

        Assert.Equal((null, 1, RequestRefundStep.Create), (decision.Outcome, decision.Number, decision.Step));
        var refund = Assert.Single(decision.State.Refunds);
        Assert.Equal((PayhubRefundStatus.Pending, 1050, Now.Now + Policy.WriteAheadLease), (refund.Status, refund.AmountMinor, refund.DueAt));
        Assert.Equal($"payhub-refund-{refund.ReferenceCode}-1", refund.Operation!.KeyFor(refund.ReferenceCode));
        Assert.Matches("^[0-9a-f]{32}$", refund.ReferenceCode);
        Assert.Equal(refund.DueAt, decision.State.DueAt);
        Assert.Equal(123_001, refund.ToView(123).Id);
        Assert.Equal("refund_requested", decision.State.Audit[^1].Event);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(10000, true)]
    [InlineData(10001, false)]
    [InlineData(long.MaxValue, false)]
    [InlineData(0, false)]
    [InlineData(-5, false)]
    public void Never_more_than_was_paid(long amount, bool isTaken) =>
        Assert.Equal(isTaken ? null : RefundPayhubPaymentOutcome.AmountTooLarge, Decide(Paid, Command(amount)).Outcome);

    [Fact]
    public void What_is_promised_counts_as_given_back_and_what_failed_does_not()
    {
        var first = Decide(Paid, Command(6000)).State;
        Assert.Equal(4000, RequestRefundMachine.Left(first));
        Assert.Equal(RefundPayhubPaymentOutcome.AmountTooLarge, Decide(first, Command(4001, "b")).Outcome);

        var failed = RequestRefundMachine.Answered(first, 1, first.Refunds[0].Operation!, new Made.Refused("REFUND_NOT_ALLOWED", "", null), Policy, Now);
        Assert.Equal(10000, RequestRefundMachine.Left(failed));
        Assert.Null(Decide(failed, Command(10000, "b")).Outcome);

        var made = RequestRefundMachine.Answered(first, 1, first.Refunds[0].Operation!, new Made.Success(new("k")), Policy, Now);
        Assert.Null(Decide(made, Command(4000, "b")).Outcome);
        Assert.Equal(RefundPayhubPaymentOutcome.AmountTooLarge, Decide(Decide(made, Command(4000, "b")).State, Command(1, "c")).Outcome);
    }

    [Fact]
    public void A_repeat_of_the_command_is_the_same_refund_and_begins_none()
    {
        var pending = Decide(Paid, Command(6000)).State;
        var made = RequestRefundMachine.Answered(pending, 1, pending.Refunds[0].Operation!, new Made.Success(new("k")), Policy, Now);
        var failed = RequestRefundMachine.Answered(pending, 1, pending.Refunds[0].Operation!, new Made.Refused("no", "", null), Policy, Now);

        Assert.Equal((null, RequestRefundStep.Find), (Decide(pending, Command(6000)).Outcome, Decide(pending, Command(6000)).Step));
        Assert.Equal(RefundPayhubPaymentOutcome.Succeeded, Decide(made, Command(6000)).Outcome);
        Assert.Equal(RefundPayhubPaymentOutcome.Refused, Decide(failed, Command(6000)).Outcome);
        foreach (var state in new[] { pending, made, failed })
            Assert.Same(state, Decide(state, Command(6000)).State);
    }

    [Fact]
    public void There_are_no_more_refunds_than_their_ids_have_digits_for()
    {
        var full = Paid with { Refunds = [.. Enumerable.Range(1, RequestRefund.NumberMax).Select(number => Entry(number))] };

        Assert.Equal(RefundPayhubPaymentOutcome.AmountTooLarge, Decide(full, Command(1)).Outcome);
        Assert.Equal(999, full.Refunds.Select(refund => refund.ToView(123).Id).Distinct().Count());

        static RequestRefund Entry(int number) => new(
            number, $"c{number}", "", 1, null, PayhubRefundStatus.Succeeded, null, "k", null, null, Now.Now, Now.Now);
    }

    [Fact]
    public void Every_answer_to_a_create_and_to_a_look_up_has_its_result()
    {
        var pending = Decide(Paid, Command(6000)).State;
        var sent = pending.Refunds[0].Operation!;
        var retried = Policy.Retry.Next(Now, 1);

        Assert.Equal((PayhubRefundStatus.Succeeded, "k", null), Seen(Create(new Made.Success(new("k")))));
        Assert.Equal((PayhubRefundStatus.Succeeded, null, null), Seen(Create(new Made.Success(new(null)))));
        Assert.Equal((PayhubRefundStatus.Failed, null, null), Seen(Create(new Made.Refused("REFUND_NOT_ALLOWED", "", null))));
        Assert.Equal((PayhubRefundStatus.Succeeded, "k", null), Seen(Look(new Found.Success(new("k"))).State));
        foreach (var cause in Enum.GetValues<ProviderUncertainty>())
        {
            Assert.Equal((PayhubRefundStatus.Pending, null, retried), Seen(Create(new Made.Unknown(cause, ""))));
            Assert.Equal((PayhubRefundStatus.Pending, null, retried), Seen(Look(new Found.Unknown(cause, "")).State));
            Assert.False(Look(new Found.Unknown(cause, "")).MayCreate);
        }

        // An order that Klarna does not know says nothing about the refund.
        Assert.Equal((PayhubRefundStatus.Pending, null, retried), Seen(Look(new Found.Refused(KlarnaErrorCodes.NotFound, "", null)).State));
        var (mayCreate, none) = Look(new Found.Success(null));
        Assert.True(mayCreate);
        Assert.Same(pending, none);

        PaymentRequestState Create(Made answer) => RequestRefundMachine.Answered(pending, 1, sent, answer, Policy, Now);
        (bool MayCreate, PaymentRequestState State) Look(Found answer) => RequestRefundMachine.LookedUp(pending, 1, sent, answer, Policy, Now);
        static (PayhubRefundStatus, string?, DateTimeOffset?) Seen(PaymentRequestState state) =>
            (state.Refunds[0].Status, state.Refunds[0].ProviderRefundId, state.Refunds[0].DueAt);
    }

    [Fact]
    public void What_is_over_absorbs_every_later_answer()
    {
        var pending = Decide(Paid, Command(6000)).State;
        var sent = pending.Refunds[0].Operation!;
        var made = RequestRefundMachine.Answered(pending, 1, sent, new Made.Success(new("k")), Policy, Now);
        var failed = RequestRefundMachine.Answered(pending, 1, sent, new Made.Refused("no", "", null), Policy, Now);

        foreach (var over in new[] { made, failed })
        {
            Assert.Same(over, RequestRefundMachine.Answered(over, 1, sent, new Made.Success(new("other")), Policy, Now));
            Assert.Same(over, RequestRefundMachine.Answered(over, 1, sent, new Made.Refused("no", "", null), Policy, Now));
            Assert.Same(over, RequestRefundMachine.LookedUp(over, 1, sent, new Found.Success(null), Policy, Now).State);
            Assert.Same(over, RequestRefundMachine.Begin(over, 1, Policy, Now));
            Assert.Null(over.DueAt);
        }
    }

    [Fact]
    public void An_answer_to_an_older_attempt_and_a_look_up_that_was_overtaken_change_nothing()
    {
        var pending = Decide(Paid, Command(6000)).State;
        var first = pending.Refunds[0].Operation!;
        var unknown = RequestRefundMachine.Answered(pending, 1, first, new Made.Unknown(ProviderUncertainty.ServerError, ""), Policy, Now);
        var second = RequestRefundMachine.Begin(unknown, 1, Policy, Now);

        Assert.Equal(2, second.Refunds[0].Operation!.Attempt);
        Assert.Same(second, RequestRefundMachine.Answered(second, 1, first, new Made.Refused("no", "", null), Policy, Now));
        Assert.Equal((false, second), RequestRefundMachine.LookedUp(second, 1, first, new Found.Success(null), Policy, Now));
        Assert.Equal(PayhubRefundStatus.Succeeded, RequestRefundMachine.LookedUp(second, 1, first, new Found.Success(new("k")), Policy, Now).State.Refunds[0].Status);
    }

    [Theory]
    [InlineData(ProviderUncertainty.Timeout, 1)]
    [InlineData(ProviderUncertainty.ConnectionLost, 1)]
    [InlineData(ProviderUncertainty.NotSent, 1)]
    [InlineData(ProviderUncertainty.RateLimited, 1)]
    [InlineData(ProviderUncertainty.KeyInUse, 1)]
    [InlineData(ProviderUncertainty.ServerError, 2)]
    [InlineData(ProviderUncertainty.Misconfigured, 2)]
    public void A_key_is_used_again_unless_klarna_may_have_stored_an_error_under_it(ProviderUncertainty cause, int attempt)
    {
        var pending = Decide(Paid, Command(6000)).State;
        var unknown = RequestRefundMachine.Answered(pending, 1, pending.Refunds[0].Operation!, new Made.Unknown(cause, ""), Policy, Now);

        Assert.Equal(attempt, RequestRefundMachine.Begin(unknown, 1, Policy, Now).Refunds[0].Operation!.Attempt);
        Assert.Equal(2, RequestRefundMachine.Begin(unknown, 1, Policy, RequestSample.At(Now.Now + Policy.IdempotencyKeyLifetime)).Refunds[0].Operation!.Attempt);
    }

    [Fact]
    public void A_refund_is_given_up_only_when_klarna_says_that_there_is_none()
    {
        var pending = Decide(Paid, Command(6000)).State;
        var sent = pending.Refunds[0].Operation!;
        var late = RequestSample.At(Now.Now + Policy.RefundGivenUpAfter);

        var unread = RequestRefundMachine.LookedUp(pending, 1, sent, new Found.Unknown(ProviderUncertainty.Timeout, ""), Policy, late).State;
        var none = RequestRefundMachine.LookedUp(pending, 1, sent, new Found.Success(null), Policy, late);

        Assert.Equal(PayhubRefundStatus.Pending, unread.Refunds[0].Status);
        Assert.Equal((false, PayhubRefundStatus.Failed, "given_up"), (none.MayCreate, none.State.Refunds[0].Status, none.State.Refunds[0].Failure));
        Assert.Equal(PayhubRefundStatus.Succeeded, RequestRefundMachine.LookedUp(pending, 1, sent, new Found.Success(new("k")), Policy, late).State.Refunds[0].Status);
    }

    [Fact]
    public void The_order_of_a_payment_is_learnt_once_and_from_its_own_object_only()
    {
        var unknown = RequestSample.Situations["DN"];
        var read = RequestSample.Klarna(KlarnaRequestState.Completed) with { OrderId = "order-2" };

        Assert.Equal("order-2", RequestRefundMachine.OrderLearnt(unknown, read).Klarna!.OrderId);
        Assert.Same(unknown, RequestRefundMachine.OrderLearnt(unknown, read with { Id = "another" }));
        Assert.Same(unknown, RequestRefundMachine.OrderLearnt(unknown, read with { OrderId = null }));
        Assert.Same(Paid, RequestRefundMachine.OrderLearnt(Paid, read));
        Assert.Same(RequestSample.Situations["S1"], RequestRefundMachine.OrderLearnt(RequestSample.Situations["S1"], read));
    }

    [Fact]
    public void Operators_see_a_refund_for_as_long_as_it_has_no_answer()
    {
        var pending = Decide(Paid, Command(6000)).State;
        var made = RequestRefundMachine.Answered(pending, 1, pending.Refunds[0].Operation!, new Made.Success(new("k")), Policy, Now);

        Assert.Equal(new Waiting(WaitingFor.Settlement, Now.Now), ((IIndexedState)pending).Waiting);
        Assert.Null(((IIndexedState)made).Waiting);
        Assert.Null(((IIndexedState)Paid).Waiting);
    }

    [Fact]
    public void The_row_is_due_when_the_first_of_its_refunds_is()
    {
        var one = Decide(Paid, Command(1)).State;
        var two = RequestRefundMachine.Request(one, Command(1, "b"), Policy, RequestSample.At(Now.Now + TimeSpan.FromSeconds(1))).State;

        Assert.Equal(one.DueAt, two.DueAt);
        Assert.Equal(1, RequestRefundMachine.FirstDue(two, two.DueAt!.Value)!.Number);
        Assert.Null(RequestRefundMachine.FirstDue(two, Now.Now));
    }

    private static RefundPayhubPayment Command(long amount = 1000, string id = "a") => new(RequestSample.Merchant, amount, "Customer requested refund", "key-7", id);

    private static RequestRefundDecision Decide(PaymentRequestState state, RefundPayhubPayment command) =>
        RequestRefundMachine.Request(state, command, Policy, Now);
}
