using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Refunds;
using Payments.Grains.Retry;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Payment;

/// <summary>The rules of a split tender in every situation that it can come into, and its refunds.</summary>
public sealed class SplitTenderTests
{
    [Fact]
    public void In_every_situation_it_is_taken_as_a_whole_or_not_at_all()
    {
        var explorer = new SplitExplorer();
        var steps = 0;
        foreach (var (before, after, moment, path) in explorer.Steps())
        {
            steps++;
            try
            {
                SplitInvariants.Check(before, after, moment);
            }
            catch (Exception broken)
            {
                Assert.Fail($"{broken.Message}{Environment.NewLine}{before.Status} to {after.Status} by: {path}");
            }
        }

        // As many as the rules allow; a rule that cuts off half of them would prove half of it.
        Assert.InRange(explorer.Count, 300, 20_000);
        Assert.True(steps > explorer.Count);
    }

    [Theory]
    [MemberData(nameof(Creates))]
    public void A_create_that_is_no_sale_over_two_different_cards_of_the_amount_is_refused(string why, CreatePayment command, PaymentMethod first, PaymentMethod second)
    {
        var (outcome, state) = PaymentMachine.Create(new PaymentState(), Sample.Id, command, [first, second], Sample.Policy, Sample.Now);

        Assert.True(outcome == CreatePaymentOutcome.InvalidSplit, why);
        Assert.False(state.Exists);
    }

    public static TheoryData<string, CreatePayment, PaymentMethod, PaymentMethod> Creates() => new()
    {
        { "a pre-authorization", SplitSample.Create with { AuthorizeOnly = true }, Sample.Card, SplitSample.OtherCard },
        { "one card twice", SplitSample.Create, Sample.Card, Sample.Card },
        { "a bank account", SplitSample.Create, Sample.Card, Sample.Bank },
        { "too little", SplitSample.Create with { AmountMinor = Sample.Amount + 1 }, Sample.Card, SplitSample.OtherCard },
        {
            "nothing of the second",
            SplitSample.Create with { Split = [new SplitAllocation(Sample.Card.Id, Sample.Amount), new SplitAllocation(SplitSample.OtherCard.Id, 0)] },
            Sample.Card, SplitSample.OtherCard
        },
    };

    [Fact]
    public void A_card_that_is_declined_before_the_other_was_tried_spares_it()
    {
        var (state, now) = Begun();
        state = Answer(state, 0, Intent.RequiresPaymentMethod, now);

        Assert.Equal(PaymentStatus.Failed, state.Status);
        Assert.Null(state.Allocations[1].Intent);
        Assert.Equal([AllocationStatus.Failed, AllocationStatus.Canceled], state.ToView().Allocations.Select(allocation => allocation.Status));
        Assert.Equal(["PAYMENT_FAILED"], state.Outbox.Select(entry => entry.Event));
    }

    [Fact]
    public void A_card_that_is_declined_takes_back_the_one_that_is_held()
    {
        var (state, now) = Begun();
        state = Answer(state, 0, Intent.RequiresCapture, now);
        state = With(state, 1, PaymentMachine.BeginCreate(state.Allocations[1], Sample.Policy, now), now);
        state = Answer(state, 1, Intent.RequiresPaymentMethod, now);
        Assert.Equal((PaymentStatus.Processing, ProviderOperationKind.Cancel), (state.Status, state.Allocations[0].Operation!.Kind));
        Assert.Equal(new RemediationView(RemediationAction.Cancel, RemediationStatus.Pending), state.ToView().Allocations[0].Remediation);

        var held = state.Allocations[0];
        state = With(state, 0, PaymentMachine.CancelAnswered(held, held.Operation!, Seen(held, Intent.Canceled), Sample.Policy, now), now);

        Assert.Equal(PaymentStatus.Failed, state.Status);
        var views = state.ToView().Allocations;
        Assert.Equal([AllocationStatus.RolledBack, AllocationStatus.Failed], views.Select(allocation => allocation.Status));
        Assert.Equal(new RemediationView(RemediationAction.Cancel, RemediationStatus.Completed), views[0].Remediation);
        Assert.Equal((null, "card_declined"), (views[1].Remediation, views[1].Failure));
        Assert.Equal(["PAYMENT_FAILED"], state.Outbox.Select(entry => entry.Event));
    }

    [Fact]
    public void A_capture_that_is_refused_refunds_the_other_card_and_says_so()
    {
        var (state, now) = Captured(first: Intent.Succeeded);
        var second = state.Allocations[1];
        state = With(state, 1, PaymentMachine.CaptureAnswered(second, second.Operation!, PaymentTables.Refused(Snapshot(second, Intent.Canceled)), Sample.Policy, now), now);
        Assert.Equal((PaymentStatus.Processing, ProviderOperationKind.Refund), (state.Status, state.Allocations[0].Operation!.Kind));

        var first = state.Allocations[0];
        state = With(
            state, 0,
            PaymentMachine.RefundAnswered(
                first, first.Operation!, PaymentTables.Success(new RefundSnapshot("re_1", RefundStatus.Succeeded, SplitSample.First, null)), Sample.Policy, now),
            now);

        Assert.Equal(PaymentStatus.Failed, state.Status);
        Assert.Equal(["PAYMENT_FAILED", "PAYMENT_REFUNDED"], state.Outbox.Select(entry => entry.Event));
        Assert.Contains("""{"action":"REFUND","status":"COMPLETED"}""", state.Outbox[1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "15000 10000")]
    [InlineData(15000L, "15000")]
    [InlineData(15001L, "15000 1")]
    [InlineData(1L, "1")]
    public void A_refund_draws_from_the_cards_in_their_order(long? amount, string parts)
    {
        var (state, now) = Completed();

        var (outcome, requested) = RefundMachine.Request(state, Sample.Stranger, Refund() with { AmountMinor = amount }, now);

        Assert.Equal(RefundPaymentOutcome.Accepted, outcome);
        Assert.Equal(parts, string.Join(' ', requested.Allocations.SelectMany(allocation => allocation.Refunds).Select(refund => refund.AmountMinor)));
        Assert.Equal(now.Now, requested.DueAt);
    }

    [Fact]
    public void A_refund_is_over_when_its_parts_are_and_what_failed_can_be_asked_for_again()
    {
        var (state, now) = Completed();
        state = RefundMachine.Request(state, Sample.Stranger, Refund(), now).State;
        Assert.Equal(RefundPaymentOutcome.AmountTooLarge, RefundMachine.Request(state, Guid.NewGuid(), Refund() with { AmountMinor = 1 }, now).Outcome);

        state = Refunded(state, 0, RefundStatus.Succeeded, now);
        Assert.Equal(RefundState.Pending, state.Refunds[0].Status);
        state = Refunded(state, 1, RefundStatus.Failed, now);

        var view = RefundMachine.Find(state, Sample.Stranger)!.ToView(state);
        Assert.Equal((RefundState.Failed, "declined"), (view.Status, view.Failure));
        Assert.Equal([RefundState.Completed, RefundState.Failed], view.Allocations.Select(part => part.Status));
        Assert.Equal(["REFUND_PENDING", "REFUND_FAILED"], state.Outbox.Select(entry => entry.Event));
        Assert.Equal(SplitSample.Second, RefundMachine.Left(state));
        Assert.All(state.Allocations, allocation => Assert.Empty(allocation.Outbox));
    }

    [Fact]
    public void A_refund_by_allocation_takes_what_it_names_and_nothing_else()
    {
        var (state, now) = Completed();
        var (first, second) = (PaymentIds.ForAllocation(Sample.Id, 0), PaymentIds.ForAllocation(Sample.Id, 1));
        Assert.Equal(RefundPaymentOutcome.Accepted, Outcome(new RefundAllocation(second, 4000)));
        Assert.Equal(RefundPaymentOutcome.Accepted, Outcome(new RefundAllocation(second, null), new RefundAllocation(first, 1)));
        Assert.Equal(RefundPaymentOutcome.AmountTooLarge, Outcome(new RefundAllocation(second, SplitSample.Second + 1)));
        Assert.Equal(RefundPaymentOutcome.UnknownAllocation, Outcome(new RefundAllocation(Sample.Stranger, 1)));
        Assert.Equal(RefundPaymentOutcome.UnknownAllocation, Outcome(new RefundAllocation(second, 1), new RefundAllocation(second, 1)));

        var command = Refund() with { Allocations = [new RefundAllocation(second, 4000)] };
        var requested = RefundMachine.Request(state, Sample.Stranger, command, now).State;
        Assert.Equal((0, 1), (requested.Allocations[0].Refunds.Length, requested.Allocations[1].Refunds.Length));
        Assert.Equal(RefundPaymentOutcome.Accepted, RefundMachine.Request(requested, Sample.Stranger, command, now).Outcome);
        Assert.Equal(
            RefundPaymentOutcome.TransactionIdUsed,
            RefundMachine.Request(requested, Sample.Stranger, command with { Allocations = [new RefundAllocation(first, 4000)] }, now).Outcome);

        RefundPaymentOutcome Outcome(params RefundAllocation[] allocations) =>
            RefundMachine.Request(state, Sample.Stranger, Refund() with { Allocations = [.. allocations] }, now).Outcome;
    }

    private static RefundPayment Refund() =>
        new(Sample.Merchant, Sample.Id, "refund-1", AmountMinor: null, CancellationReason.RequestedByCustomer, Source: null, "client-4");

    private static PaymentState Refunded(PaymentState state, int index, RefundStatus status, Moment now)
    {
        var part = state.Allocations[index].Refunds[0];
        var answer = PaymentTables.Success(new RefundSnapshot($"re_{index}", status, part.AmountMinor, status == RefundStatus.Failed ? "declined" : null));
        return With(state, index, RefundMachine.Answered(state.Allocations[index], part.Id, part.Operation!, answer, Sample.Policy, now), now);
    }

    private static (PaymentState State, Moment Now) Begun()
    {
        var now = Sample.Now;
        var state = SplitSample.Created(now);
        return (With(state, 0, PaymentMachine.BeginCreate(state.Allocations[0], Sample.Policy, now), now), now);
    }

    /// <summary>Both held, and the first capture answered.</summary>
    private static (PaymentState State, Moment Now) Captured(Intent first)
    {
        var (state, now) = Begun();
        state = Answer(state, 0, Intent.RequiresCapture, now);
        state = With(state, 1, PaymentMachine.BeginCreate(state.Allocations[1], Sample.Policy, now), now);
        state = Answer(state, 1, Intent.RequiresCapture, now);
        Assert.All(state.Allocations, allocation => Assert.Equal(PaymentStatus.CaptureInitialized, allocation.Status));
        var part = state.Allocations[0];
        return (With(state, 0, PaymentMachine.CaptureAnswered(part, part.Operation!, Seen(part, first), Sample.Policy, now), now), now);
    }

    private static (PaymentState State, Moment Now) Completed()
    {
        var (state, now) = Captured(Intent.Succeeded);
        var part = state.Allocations[1];
        state = With(state, 1, PaymentMachine.CaptureAnswered(part, part.Operation!, Seen(part, Intent.Succeeded), Sample.Policy, now), now);
        Assert.Equal(PaymentStatus.Completed, state.Status);
        Assert.Equal(["PAYMENT_SUCCEEDED"], state.Outbox.Select(entry => entry.Event));
        return (state with { Outbox = [] }, now);
    }

    private static PaymentState Answer(PaymentState state, int index, Intent status, Moment now) => With(
        state, index, PaymentMachine.CreateAnswered(state.Allocations[index], Seen(state.Allocations[index], status), false, Sample.Policy, now), now);

    private static PaymentState With(PaymentState state, int index, PaymentState part, Moment now) => SplitTender.With(state, index, part, Sample.Policy, now);

    private static ProviderResult<PaymentIntentSnapshot> Seen(PaymentState part, Intent status) => PaymentTables.Success(Snapshot(part, status));

    private static PaymentIntentSnapshot Snapshot(PaymentState part, Intent status) => new(
        $"pi_{part.Id:N}", status, part.AmountMinor, status == Intent.Succeeded ? part.AmountMinor : 0, null,
        status == Intent.RequiresPaymentMethod ? "card_declined" : null);
}
