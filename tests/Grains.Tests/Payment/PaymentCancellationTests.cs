using Payments.Grains.Payment;
using Payments.Grains.Retry;
using static Payments.Grains.Tests.Payment.PaymentTables;
using Cause = Payments.Grains.Ports.ProviderUncertainty;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;
using Snapshot = Payments.Grains.Ports.PaymentIntentSnapshot;

namespace Payments.Grains.Tests.Payment;

public sealed class PaymentCancellationTests
{
    /// <summary>Answers: 2 accepted (202), 4 not found (404), n not cancellable (422), r refused by the provider (422).</summary>
    private const string CancelLegend = """
        4   = NotFound same
        n   = NotCancellable same
        r   = ProviderRefused same
        2   = Accepted same
        2p  = Accepted = same kept
        2XX = Accepted CANCELLED none never webhook
        2CI = Accepted CANCEL_INITIALIZED cancel* lease, call
        2RF = Accepted = refund* now
        2AW = Accepted = awaitsettlement* watch
        2un = Accepted = ~ retry
        2CF = Accepted CANCEL_FAILED none observe
        nDN = NotCancellable COMPLETED none never webhook
        rAU = ProviderRefused AUTHORIZED none hold
        rAC = ProviderRefused ACCEPTED none observe
        rAR = ProviderRefused AUTH_REQUIRED none observe
        """;

    [Fact]
    public void A_merchants_cancel_has_its_answer_in_every_situation()
    {
        var grid = Grid.Parse(CancelLegend, """
                      no  IN  PD  P0 PT PE | AR  AU  AC  CP CK | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF  CR  CX
            own     : 4   2XX 2XX n  n  n  | 2CI 2CI 2CI n n | n  n  n  n  | 2p 2p 2p 2p 2  | 2  2  2  2  | 2CI 2CI 2CI
            foreign : 4   4   4   4  4  4  | 4   4   4   4 4 | 4  4  4  4  | 4  4  4  4  4  | 4  4  4  4  | 4   4   4
            """);

        grid.Verify(Sample.Situations, new Dictionary<string, Func<PaymentState, string>>
        {
            ["own"] = Cancel(Sample.Merchant),
            ["foreign"] = Cancel(Sample.Stranger),
        });

        static Func<PaymentState, string> Cancel(Guid merchant) => before =>
        {
            var decision = PaymentMachine.Cancel(before, Sample.CancelBy(merchant), Sample.Policy, Sample.Now);
            PaymentInvariants.Check(before, decision.State, Sample.Now);
            return $"{decision.Outcome} {Change.Describe(before, decision.State, Sample.Now)}{(decision.CallProvider ? ", call" : "")}";
        };
    }

    [Fact]
    public void Every_inline_answer_has_its_result_in_every_situation()
    {
        // Where no cancel is at the provider, another activation has gone on without us: its state stands, and the caller is told 202. Where there is
        // no cancellation at all, our own refusal was stored without our knowing, and 202 would be a promise that nobody keeps.
        var grid = Grid.Parse(CancelLegend, """
                                             IN PD P0 PT PE | AR AU AC CP CK | DN FL XN XX | C1  CA  C3  CE  CQ  | AW RO RE RP | CF CR CX
            answer RequiresPaymentMethod   : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2un 2un 2un 2un 2un | 2  2  2  2  | 2  2  2
            answer RequiresConfirmation    : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2un 2un 2un 2un 2un | 2  2  2  2  | 2  2  2
            answer RequiresAction          : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2un 2un 2un 2un 2un | 2  2  2  2  | 2  2  2
            answer Processing              : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2AW 2AW 2AW 2AW 2AW | 2  2  2  2  | 2  2  2
            answer RequiresCapture         : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2un 2un 2un 2un 2un | 2  2  2  2  | 2  2  2
            answer Canceled                : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2XX 2XX 2XX 2XX 2XX | 2  2  2  2  | 2  2  2
            answer Succeeded               : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2RF 2RF 2RF 2RF 2RF | 2  2  2  2  | 2  2  2
            refused                        : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | rAU rAC rAR rAU 2CF | 2  2  2  2  | 2  2  2
            refused RequiresPaymentMethod  : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | rAU rAC rAR rAU 2CF | 2  2  2  2  | 2  2  2
            refused RequiresConfirmation   : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | rAU rAC rAR rAU 2CF | 2  2  2  2  | 2  2  2
            refused RequiresAction         : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | rAU rAC rAR rAU 2CF | 2  2  2  2  | 2  2  2
            refused Processing             : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2AW 2AW 2AW 2AW 2AW | 2  2  2  2  | 2  2  2
            refused RequiresCapture        : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | rAU rAC rAR rAU 2CF | 2  2  2  2  | 2  2  2
            refused Canceled               : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2XX 2XX 2XX 2XX 2XX | 2  2  2  2  | 2  2  2
            refused Succeeded              : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | nDN 2RF nDN nDN 2RF | 2  2  2  2  | 2  2  2
            unknown                        : r  r  r  r  r  | r  r  r  r r | n  n  2  2  | 2un 2un 2un 2un 2un | 2  2  2  2  | 2  2  2
            """);
        var inputs = new Dictionary<string, Func<PaymentState, string>>
        {
            ["refused"] = state => Inline(state, Refused<Snapshot>(null)),
            ["unknown"] = state => string.Join(" or ", Enum.GetValues<Cause>().Select(cause => Inline(state, Unknown<Snapshot>(cause))).Distinct()),
        };
        foreach (var status in Enum.GetValues<Intent>())
        {
            inputs.Add($"answer {status}", state => Inline(state, Success(Sample.IntentAs(status))));
            inputs.Add($"refused {status}", state => Inline(state, Refused(Sample.IntentAs(status))));
        }

        grid.Verify(Sample.Existing, inputs);

        static string Inline(PaymentState before, Grains.Ports.ProviderResult<Snapshot> answer)
        {
            var (outcome, after) = PaymentMachine.CancelAnsweredInline(before, Sent(before), answer, Sample.Policy, Sample.Now);
            PaymentInvariants.Check(before, after, Sample.Now);

            // Told 422, it must be as if the cancel had never been: a cancellation that stays would later refund a payment nobody cancelled.
            if (outcome != CancelPaymentOutcome.Accepted)
                Assert.Null(after.Cancellation);
            return $"{outcome} {Change.Describe(before, after, Sample.Now)}";
        }
    }

    [Fact]
    public void Every_answer_in_the_background_has_its_result_in_every_situation()
    {
        var grid = Grid.Parse(Legend, Columns + """

            answer RequiresPaymentMethod  : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | un un un un un |  .  .  .  . |  .  .  .
            answer RequiresConfirmation   : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | un un un un un |  .  .  .  . |  .  .  .
            answer RequiresAction         : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | un un un un un |  .  .  .  . |  .  .  .
            answer Processing             : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | AW AW AW AW AW |  .  .  .  . |  .  .  .
            answer RequiresCapture        : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | un un un un un |  .  .  .  . |  .  .  .
            answer Canceled               : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | XX XX XX XX XX |  .  .  .  . |  .  .  .
            answer Succeeded              : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | rf rf rf rf rf |  .  .  .  . |  .  .  .
            refused                       : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | CF CF CF CF CF |  .  .  .  . |  .  .  .
            refused RequiresPaymentMethod : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | CF CF CF CF CF |  .  .  .  . |  .  .  .
            refused RequiresConfirmation  : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | CF CF CF CF CF |  .  .  .  . |  .  .  .
            refused RequiresAction        : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | CF CF CF CF CF |  .  .  .  . |  .  .  .
            refused Processing            : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | AW AW AW AW AW |  .  .  .  . |  .  .  .
            refused RequiresCapture       : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | CF CF CF CF CF |  .  .  .  . |  .  .  .
            refused Canceled              : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | XX XX XX XX XX |  .  .  .  . |  .  .  .
            refused Succeeded             : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | rf rf rf rf rf |  .  .  .  . |  .  .  .
            unknown                       : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | un un un un un |  .  .  .  . |  .  .  .
            unknown, given up             : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | CF CF CF CF CF |  .  .  .  . |  .  .  .
            accepted in vain, given up    : .  .  .  .  . |  .  .  .  . . |  .  .  .  . | CF CF CF CF CF |  .  .  .  . |  .  .  .
            """);
        Dictionary<string, Func<PaymentState, string>> inputs = new(
            ForIntents("answer", (state, intent, now) => PaymentMachine.CancelAnswered(state, Sent(state), Success(intent), Sample.Policy, now))
                .Concat(ForIntents("refused", (state, intent, now) => PaymentMachine.CancelAnswered(state, Sent(state), Refused(intent), Sample.Policy, now))))
        {
            ["refused"] = Input((state, now) => PaymentMachine.CancelAnswered(state, Sent(state), Refused<Snapshot>(null), Sample.Policy, now)),
            ["unknown"] = ForCauses(Lost),
            ["unknown, given up"] = ForCauses(Lost, Sample.Policy.CancelGivenUpAfter),
            ["accepted in vain, given up"] = Input(
                (state, now) => PaymentMachine.CancelAnswered(state, Sent(state), Success(Sample.IntentAs(Intent.RequiresCapture)), Sample.Policy, now),
                Sample.Policy.CancelGivenUpAfter),
        };

        grid.Verify(Sample.Existing, inputs);

        static PaymentState Lost(PaymentState state, Cause cause, Moment now) =>
            PaymentMachine.CancelAnswered(state, Sent(state), Unknown<Snapshot>(cause), Sample.Policy, now);
    }

    [Fact]
    public void The_reason_the_message_and_who_asked_are_on_the_audit_trail()
    {
        var state = PaymentMachine.Cancel(Sample.Situations["AU"], Sample.CancelBy(Sample.Merchant), Sample.Policy, Sample.Now).State;

        var entry = state.Audit[^1];
        Assert.Equal(("client-2", "cancel_requested", "CANCEL_INITIALIZED"), (entry.Actor, entry.Event, entry.Status));
        Assert.Equal("REQUESTED_BY_CUSTOMER: Customer changed their mind before shipment", entry.Detail);
        Assert.Equal("770e8400e29b41d4a716446655440000-cancel-1", entry.OperationKey);
    }

    [Fact]
    public void A_cancel_after_a_failed_one_returns_to_where_the_money_was_and_uses_a_new_key()
    {
        var first = Sample.Situations["C1"];
        var again = Sample.Situations["CQ"];

        Assert.Equal((PaymentStatus.Authorized, true), (again.Cancellation!.StatusBefore, again.Cancellation.Promised));
        Assert.NotEqual(first.Operation!.KeyFor(first.Id), again.Operation!.KeyFor(again.Id));
    }

    [Fact]
    public void A_cancel_that_is_refused_again_and_again_never_uses_a_key_twice()
    {
        var state = Sample.Situations["AU"];
        var keys = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            state = PaymentMachine.Cancel(state, Sample.CancelBy(Sample.Merchant), Sample.Policy, Sample.Now).State;
            Assert.True(keys.Add(state.Operation!.KeyFor(state.Id)));
            (_, state) = PaymentMachine.CancelAnsweredInline(state, state.Operation!, Refused<Snapshot>(null), Sample.Policy, Sample.Now);
        }
    }

    [Fact]
    public void A_repeated_cancel_that_was_answered_202_is_not_taken_back_by_a_refusal_that_was_on_its_way()
    {
        var begun = Sample.Situations["C1"];
        var repeated = PaymentMachine.Cancel(begun, Sample.CancelBy(Sample.Merchant), Sample.Policy, Sample.Now).State;

        var (outcome, after) = PaymentMachine.CancelAnsweredInline(repeated, begun.Operation!, Refused(Sample.IntentAs(Intent.RequiresCapture)), Sample.Policy, Sample.Now);

        Assert.Equal((CancelPaymentOutcome.Accepted, PaymentStatus.CancelFailed), (outcome, after.Status));
        Assert.Same(repeated, PaymentMachine.Cancel(repeated, Sample.CancelBy(Sample.Merchant), Sample.Policy, Sample.Now).State);
    }

    [Fact]
    public void The_same_command_again_is_answered_as_the_first_time_and_another_one_as_a_second_cancel()
    {
        var command = Sample.CancelBy(Sample.Merchant) with { CommandId = "one" };
        var begun = PaymentMachine.Cancel(Sample.Situations["AU"], command, Sample.Policy, Sample.Now).State;
        var sent = begun.Operation!;
        var cancelled = PaymentMachine.CancelAnswered(begun, sent, Success(Sample.IntentAs(Intent.Canceled)), Sample.Policy, Sample.Now);
        var failed = PaymentMachine.CancelAnswered(begun, sent, Refused(Sample.IntentAs(Intent.RequiresCapture)), Sample.Policy, Sample.Now);
        Assert.Equal((PaymentStatus.Cancelled, PaymentStatus.CancelFailed), (cancelled.Status, failed.Status));

        foreach (var state in new[] { cancelled, failed })
        {
            var repeat = PaymentMachine.Cancel(state, command, Sample.Policy, Sample.Now);
            Assert.Equal((CancelPaymentOutcome.Accepted, false), (repeat.Outcome, repeat.CallProvider));
            Assert.Same(state, repeat.State);
        }

        foreach (var other in new[] { command with { CommandId = "two" }, command with { CommandId = null } })
        {
            Assert.Equal(CancelPaymentOutcome.NotCancellable, PaymentMachine.Cancel(cancelled, other, Sample.Policy, Sample.Now).Outcome);
            Assert.True(PaymentMachine.Cancel(failed, other, Sample.Policy, Sample.Now).CallProvider);
        }
    }

    [Fact]
    public void A_late_answer_to_an_earlier_attempt_says_nothing_about_the_present_one()
    {
        var sent = Sample.Situations["C1"].Operation!;
        var again = Sample.Situations["CQ"];
        Assert.Equal((1, 2), (sent.Attempt, again.Operation!.Attempt));

        foreach (var status in Enum.GetValues<Intent>())
        {
            Assert.Same(again, PaymentMachine.CancelAnswered(again, sent, Success(Sample.IntentAs(status)), Sample.Policy, Sample.Now));
            Assert.Same(again, PaymentMachine.CancelAnswered(again, sent, Refused(Sample.IntentAs(status)), Sample.Policy, Sample.Now));
            Assert.Equal(
                (CancelPaymentOutcome.Accepted, again),
                PaymentMachine.CancelAnsweredInline(again, sent, Refused(Sample.IntentAs(status)), Sample.Policy, Sample.Now));
        }
    }

    [Fact]
    public void A_stored_500_is_never_asked_for_again()
    {
        var state = Sample.Situations["CE"];

        var next = PaymentMachine.IntentRead(state, Success(Sample.IntentAs(Intent.RequiresCapture)), Sample.Policy, Sample.Now);

        Assert.Equal(ProviderStep.CancelIntent, PaymentMachine.PlanAfterLookup(ProviderStep.ReadIntent, next));
        Assert.Equal(2, next.Operation!.Attempt);
        Assert.NotEqual(state.Operation!.KeyFor(state.Id), next.Operation.KeyFor(next.Id));
    }

    [Fact]
    public void A_key_is_used_to_the_end_of_its_lifetime_and_not_beyond()
    {
        var state = Sample.Situations["C1"];
        var read = Success(Sample.IntentAs(Intent.RequiresCapture));
        var end = Sample.Begun + Sample.Policy.IdempotencyKeyLifetime;

        Assert.Equal(1, PaymentMachine.IntentRead(state, read, Sample.Policy, Sample.At(end - TimeSpan.FromTicks(1))).Operation!.Attempt);
        Assert.Equal(2, PaymentMachine.IntentRead(state, read, Sample.Policy, Sample.At(end)).Operation!.Attempt);
    }
}
