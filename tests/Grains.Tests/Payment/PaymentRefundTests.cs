using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using static Payments.Grains.Tests.Payment.PaymentTables;
using Cause = Payments.Grains.Ports.ProviderUncertainty;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Payment;

public sealed class PaymentRefundTests
{
    private static readonly string[] Owed = ["RO", "RE", "RP"];

    /// <summary>Columns in which a refund is owed; everywhere else every refund input changes nothing.</summary>
    private const string RefundColumns = "                     RO RE RP";

    [Fact]
    public void Every_look_up_of_a_refund_has_its_result()
    {
        var grid = Grid.Parse(Legend, RefundColumns + """

            found Pending          : wt wt wt
            found RequiresAction   : wt wt wt
            found Succeeded        : XX XX XX
            found Failed           : CF CF CF
            found Canceled         : CF CF CF
            found too little       : CF CF CF
            none                   :  . nk  .
            none, key forgotten    : nk nk nk
            refused                : un un un
            unknown                : un un un
            unknown after 21 days  : CF CF CF
            """);
        var inputs = ForRefunds("found", (state, refund, now) => PaymentMachine.RefundLookedUp(state, Sent(state), Success<RefundSnapshot?>(refund), Sample.Policy, now));
        inputs.Add("none", Input(None));
        inputs.Add("none, key forgotten", Input(None, Sample.Policy.IdempotencyKeyLifetime));
        inputs.Add("refused", Input((state, now) => PaymentMachine.RefundLookedUp(state, Sent(state), Refused<RefundSnapshot?>(null), Sample.Policy, now)));
        inputs.Add("unknown", ForCauses(Lost));
        inputs.Add("unknown after 21 days", ForCauses(Lost, Sample.Policy.SettlementGivenUpAfter));

        Verify(grid, inputs);

        static PaymentState None(PaymentState state, Moment now) =>
            PaymentMachine.RefundLookedUp(state, Sent(state), Success<RefundSnapshot?>(null), Sample.Policy, now);

        static PaymentState Lost(PaymentState state, Cause cause, Moment now) =>
            PaymentMachine.RefundLookedUp(state, Sent(state), Unknown<RefundSnapshot?>(cause), Sample.Policy, now);
    }

    [Fact]
    public void Every_answer_to_a_refund_has_its_result()
    {
        var grid = Grid.Parse(Legend, RefundColumns + """

            answer Pending          : wt wt wt
            answer RequiresAction   : wt wt wt
            answer Succeeded        : XX XX XX
            answer Failed           : CF CF CF
            answer Canceled         : CF CF CF
            answer too little       : CF CF CF
            refused                 : CF CF CF
            refunded already        : XX XX XX
            unknown                 : un un un
            unknown after 21 days   : CF CF CF
            """);
        var inputs = ForRefunds("answer", (state, refund, now) => PaymentMachine.RefundAnswered(state, Sent(state), Success(refund), Sample.Policy, now));
        inputs.Add("refused", Input((state, now) => PaymentMachine.RefundAnswered(state, Sent(state), Refused<RefundSnapshot>(null), Sample.Policy, now)));
        inputs.Add("refunded already", Input(
            (state, now) => PaymentMachine.RefundAnswered(state, Sent(state), Refused<RefundSnapshot>(null, "charge_already_refunded"), Sample.Policy, now)));
        inputs.Add("unknown", ForCauses(Lost));
        inputs.Add("unknown after 21 days", ForCauses(Lost, Sample.Policy.SettlementGivenUpAfter));

        Verify(grid, inputs);

        static PaymentState Lost(PaymentState state, Cause cause, Moment now) =>
            PaymentMachine.RefundAnswered(state, Sent(state), Unknown<RefundSnapshot>(cause), Sample.Policy, now);
    }

    [Fact]
    public void Every_read_of_a_refund_has_its_result()
    {
        var grid = Grid.Parse(Legend, RefundColumns + """

            read Pending             : wt wt wt
            read RequiresAction      : wt wt wt
            read Succeeded           : XX XX XX
            read Failed              : CF CF CF
            read Canceled            : CF CF CF
            read too little          : CF CF CF
            refused                  : un un un
            unknown                  : un un un
            unknown after 21 days    : CF CF CF
            pending after 21 days    : wt wt CF
            """);
        var inputs = ForRefunds("read", (state, refund, now) => PaymentMachine.RefundRead(state, Success(refund), Sample.Policy, now));
        inputs.Add("refused", Input((state, now) => PaymentMachine.RefundRead(state, Refused<RefundSnapshot>(null), Sample.Policy, now)));
        inputs.Add("unknown", ForCauses(Lost));
        inputs.Add("unknown after 21 days", ForCauses(Lost, Sample.Policy.SettlementGivenUpAfter));
        inputs.Add("pending after 21 days", Input(
            (state, now) => PaymentMachine.RefundRead(state, Success(Sample.RefundAs(RefundStatus.Pending)), Sample.Policy, now), Sample.Policy.SettlementGivenUpAfter));

        Verify(grid, inputs);

        static PaymentState Lost(PaymentState state, Cause cause, Moment now) =>
            PaymentMachine.RefundRead(state, Unknown<RefundSnapshot>(cause), Sample.Policy, now);
    }

    [Fact]
    public void A_refund_that_was_refused_is_not_tried_again_until_the_merchant_cancels_again()
    {
        var failed = Sample.Situations["CX"];
        var read = Success(Sample.IntentAs(Intent.Succeeded));

        for (var i = 0; i < 10; i++)
            failed = PaymentMachine.IntentRead(failed, read, Sample.Policy, Sample.At(failed.ProviderDueAt!.Value));
        Assert.Equal((PaymentStatus.CancelFailed, 1), (failed.Status, failed.RefundAttempts));

        var again = PaymentMachine.Cancel(failed, Sample.CancelBy(Sample.Merchant), Sample.Policy, Sample.Now).State;
        var (outcome, owed) = PaymentMachine.CancelAnsweredInline(again, again.Operation!, Refused(Sample.IntentAs(Intent.Succeeded)), Sample.Policy, Sample.Now);
        Assert.Equal((CancelPaymentOutcome.Accepted, ProviderOperationKind.Refund, 2), (outcome, owed.Operation!.Kind, owed.Operation.Attempt));
    }

    [Fact]
    public void A_late_answer_to_an_earlier_attempt_says_nothing_about_the_present_one()
    {
        var owed = Sample.Situations["RE"];
        var next = PaymentMachine.RefundLookedUp(owed, owed.Operation!, Success<RefundSnapshot?>(null), Sample.Policy, Sample.Now);
        Assert.Equal((1, 2), (owed.Operation!.Attempt, next.Operation!.Attempt));

        Assert.Same(next, PaymentMachine.RefundAnswered(next, owed.Operation, Refused<RefundSnapshot>(null), Sample.Policy, Sample.Now));
        Assert.Same(
            next,
            PaymentMachine.RefundAnswered(next, owed.Operation, Success(Sample.RefundAs(RefundStatus.Failed)), Sample.Policy, Sample.Now));
    }

    [Fact]
    public void That_a_look_up_found_none_is_worth_nothing_when_another_activation_has_tried_since()
    {
        var asked = Sample.Situations["RO"];
        var since = Sample.Situations["RE"];

        Assert.Same(since, PaymentMachine.RefundLookedUp(since, asked.Operation!, Success<RefundSnapshot?>(null), Sample.Policy, Sample.Now));
    }

    [Fact]
    public void A_partial_capture_is_refunded_in_full_when_what_was_taken_came_back()
    {
        var owed = Sample.Situations["RO"];
        owed = owed with { Intent = owed.Intent! with { AmountReceivedMinor = 10_000 } };

        var after = PaymentMachine.RefundAnswered(owed, owed.Operation!, Success(Sample.RefundAs(RefundStatus.Succeeded, 10_000)), Sample.Policy, Sample.Now);

        Assert.Equal(PaymentStatus.Cancelled, after.Status);
    }

    private static void Verify(Grid grid, Dictionary<string, Func<PaymentState, string>> inputs)
    {
        grid.Verify(Sample.Existing.Where(pair => Owed.Contains(pair.Key)).ToDictionary(), inputs);
        foreach (var (column, state) in Sample.Existing.Where(pair => !Owed.Contains(pair.Key)))
            Assert.All(inputs, input => Assert.Equal((column, input.Key, "same"), (column, input.Key, input.Value(state))));
    }

    private static Dictionary<string, Func<PaymentState, string>> ForRefunds(string name, Func<PaymentState, RefundSnapshot, Moment, PaymentState> transition)
    {
        var inputs = Enum.GetValues<RefundStatus>().ToDictionary(
            status => $"{name} {status}",
            status => Input((state, now) => transition(state, Sample.RefundAs(status), now)));
        inputs.Add($"{name} too little", Input((state, now) => transition(state, Sample.RefundAs(RefundStatus.Succeeded, Sample.Amount - 1), now)));
        return inputs;
    }
}
