using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Refunds;
using static Payments.Grains.Tests.Payment.PaymentTables;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Payment;

public sealed class PaymentHintTests
{
    [Fact]
    public void Every_hint_has_its_step_in_every_situation()
    {
        // A terminal payment reads nothing (.); an object that it does not have is nobody's (x), also when it ended without one (XN); a create whose answer
        // is open takes the object over (A); one that has not begun does not know it yet (?); what is claimed and known needs no read.
        var grid = Grid.Parse("""
            .  = Nothing
            R  = ReadIntent
            A  = AdoptIntent
            RR = ReadRefund
            FR = FindRefund
            ?  = NotYet
            x  = NotMine
            """, """
                                              no IN PD P0 PT PE | AR AU AC CP CK | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF CR CX
            anything                        : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            another object                  : ?  ?  ?  A  A  A  | x  x  x  x  x | x  x  x  x  | x  x  x  x  x  | x  x  x  x  | x  x  x
            a charge of it                  : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            its refund pending              : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR .  | R  R  R
            its refund succeeded            : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            another refund pending          : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            intent RequiresPaymentMethod    : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            intent RequiresConfirmation     : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            intent RequiresAction           : ?  ?  ?  A  A  A  | .  R  R  R  R | .  .  x  .  | R  R  .  R  R  | R  FR FR RR | R  R  R
            intent Processing               : ?  ?  ?  A  A  A  | R  R  .  R  R | .  .  x  .  | R  .  R  R  R  | .  FR FR RR | R  R  R
            intent RequiresCapture          : ?  ?  ?  A  A  A  | R  .  R  .  . | .  .  x  .  | .  R  R  .  .  | R  FR FR RR | .  R  R
            intent Canceled                 : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            intent Succeeded                : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  .  .
            a word that nobody knows        : ?  ?  ?  A  A  A  | R  R  R  R  R | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            """);
        var inputs = new Dictionary<string, Func<PaymentState, string>>
        {
            ["anything"] = Plan(new ProviderHint(Sample.IntentId, null, null)),
            ["another object"] = Plan(new ProviderHint("pi_other", "pi_other", "Succeeded")),
            ["a charge of it"] = Plan(new ProviderHint(Sample.IntentId, "ch_1", null)),
            ["its refund pending"] = Plan(new ProviderHint(Sample.IntentId, Sample.RefundId, nameof(RefundStatus.Pending))),
            ["its refund succeeded"] = Plan(new ProviderHint(Sample.IntentId, Sample.RefundId, nameof(RefundStatus.Succeeded))),
            ["another refund pending"] = Plan(new ProviderHint(Sample.IntentId, "re_other", nameof(RefundStatus.Pending))),
            ["a word that nobody knows"] = Plan(new ProviderHint(Sample.IntentId, Sample.IntentId, "requires_capture")),
        };
        foreach (var status in Enum.GetValues<Intent>())
            inputs.Add($"intent {status}", Plan(new ProviderHint(Sample.IntentId, Sample.IntentId, status.ToString())));

        grid.Verify(Sample.Situations, inputs);

        static Func<PaymentState, string> Plan(ProviderHint hint) => state => PaymentMachine.PlanAfterHint(state, hint).ToString();
    }

    [Fact]
    public void What_is_read_after_a_hint_is_adopted_and_what_is_known_changes_nothing()
    {
        // As a scheduled read, but for the last rows: what says nothing new is not even an idle read, and another activation's intent is left alone.
        var grid = Grid.Parse(Legend, Columns + """

            hinted RequiresPaymentMethod : FL FL FL FL FL | FL FL FL FL FL |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            hinted RequiresConfirmation  : AR AR AR AR AR | ob ob ob os os |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            hinted RequiresAction        : AR AR AR AR AR | ob ob ob os os |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            hinted Processing            : AC AC AC AC AC | AC AC ob AC AC |  .  .  .  . |  .  .  . nk  . | wt  .  .  . | ob ob ob
            hinted RequiresCapture       : AU AU AU AU AU | AU ob AU  . nk |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            hinted Canceled              : XX XX XX XX XX | XX XX XX XX XX |  .  .  .  . | XX XX XX XX XX | XX  .  .  . | XX XX XX
            hinted Succeeded             : DN DN DN DN DN | DN DN DN DN DN |  .  .  .  . | rf rf rf rf rf | rf  .  .  . | RF ob ob
            hinted as it is known        :  .  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            hinted, another intent       : AU AU AU AU AU |  .  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            """);
        Dictionary<string, Func<PaymentState, string>> inputs = new(
            ForIntents("hinted", (state, intent, now) => PaymentMachine.IntentHinted(state, intent, Sample.Policy, now)))
        {
            ["hinted as it is known"] = Input((state, now) =>
            {
                if (state.Intent is not { } known)
                    return state;
                var after = PaymentMachine.IntentHinted(state, known with { }, Sample.Policy, now);
                Assert.Same(state, after);
                return after;
            }),
            ["hinted, another intent"] = Input((state, now) =>
                PaymentMachine.IntentHinted(state, Sample.IntentAs(Intent.RequiresCapture) with { Id = "pi_other" }, Sample.Policy, now)),
        };

        grid.Verify(Sample.Existing, inputs);
    }

    [Fact]
    public void What_a_refund_says_after_a_hint_moves_the_refund_under_way_and_nothing_else()
    {
        var grid = Grid.Parse(Legend, Columns + """

            hinted Pending        :  .  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . wt wt  . |  .  .  .
            hinted RequiresAction :  .  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . wt wt wt |  .  .  .
            hinted Succeeded      :  .  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . XX XX XX |  .  .  .
            hinted Failed         :  .  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . CF CF CF |  .  .  .
            hinted Canceled       :  .  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . CF CF CF |  .  .  .
            """);

        grid.Verify(Sample.Existing, Enum.GetValues<RefundStatus>().ToDictionary(
            status => $"hinted {status}",
            status => Input((state, now) => PaymentMachine.RefundHinted(state, Sample.RefundAs(status), Sample.Policy, now))));
    }

    [Fact]
    public void After_the_end_only_refunds_that_can_still_move_are_read()
    {
        var none = Sample.Situations["DN"];
        var open = Requested(none, answer: null);
        var pending = Requested(none, RefundStatus.Pending);
        var done = Requested(none, RefundStatus.Succeeded);
        var failed = Requested(none, RefundStatus.Failed);
        var back = PaymentMachine.RefundHinted(Sample.Situations["RP"], Sample.RefundAs(RefundStatus.Succeeded), Sample.Policy, Sample.Now);
        Assert.Equal(PaymentStatus.Cancelled, back.Status);

        var grid = Grid.Parse("""
            .  = Nothing
            RR = ReadRefund
            RS = ReadRefunds
            """, """
                                none open pending done failed back
            anything          : .    .    RS      RS   .      RR
            a charge          : .    .    .       .    .      .
            the intent        : .    .    .       .    .      .
            refund Pending    : .    .    .       RS   .      RR
            refund Succeeded  : .    .    RS      .    .      .
            refund Failed     : .    .    RS      RS   .      RR
            another refund    : .    .    .       .    .      .
            """);
        var situations = new Dictionary<string, PaymentState>
        {
            ["none"] = none, ["open"] = open, ["pending"] = pending, ["done"] = done, ["failed"] = failed, ["back"] = back,
        };
        grid.Verify(situations, new Dictionary<string, Func<PaymentState, string>>
        {
            ["anything"] = Plan(null, null),
            ["a charge"] = Plan("ch_1", null),
            ["the intent"] = Plan(Sample.IntentId, "Canceled"),
            ["refund Pending"] = Plan(Sample.RefundId, "Pending"),
            ["refund Succeeded"] = Plan(Sample.RefundId, "Succeeded"),
            ["refund Failed"] = Plan(Sample.RefundId, "Failed"),
            ["another refund"] = Plan("re_other", "Failed"),
        });

        static Func<PaymentState, string> Plan(string? subject, string? claim) => state =>
            PaymentMachine.PlanAfterHint(state, new ProviderHint(Sample.IntentId, subject, claim)).ToString();
    }

    [Fact]
    public void A_refund_on_request_is_written_only_when_its_object_says_something_new()
    {
        var pending = Requested(Sample.Situations["DN"], RefundStatus.Pending);
        Assert.Same(pending, Hinted(pending, RefundStatus.Pending));
        var done = Hinted(pending, RefundStatus.Succeeded);
        Assert.Equal((PaymentStatus.Completed, RefundState.Completed), (done.Status, done.Refunds[0].Status));
        Assert.Same(done, Hinted(done, RefundStatus.Succeeded));
        var failed = Hinted(done, RefundStatus.Failed);
        Assert.Equal((PaymentStatus.Completed, RefundState.Failed), (failed.Status, failed.Refunds[0].Status));
        Assert.Same(failed, Hinted(failed, RefundStatus.Succeeded));

        static PaymentState Hinted(PaymentState state, RefundStatus status) =>
            PaymentMachine.RequestedRefundHinted(state, RequestedId, Sample.RefundAs(status), Sample.Policy, Sample.Now);
    }

    [Fact]
    public void A_compensation_that_fails_after_the_cancel_is_put_on_record_once_and_takes_nothing_back()
    {
        var back = PaymentMachine.RefundHinted(Sample.Situations["RP"], Sample.RefundAs(RefundStatus.Succeeded), Sample.Policy, Sample.Now);

        var after = PaymentMachine.RefundHinted(back, Sample.RefundAs(RefundStatus.Failed), Sample.Policy, Sample.Now);

        PaymentInvariants.Check(back, after, Sample.Now);
        Assert.Equal(back, after with { Audit = back.Audit, UpdatedAt = back.UpdatedAt });
        Assert.Equal("refund_failed_after_cancel", after.Audit[^1].Event);
        Assert.Same(after, PaymentMachine.RefundHinted(after, Sample.RefundAs(RefundStatus.Failed), Sample.Policy, Sample.Now));
        Assert.Same(after, PaymentMachine.RefundHinted(after, Sample.RefundAs(RefundStatus.Succeeded), Sample.Policy, Sample.Now));
        Assert.Same(back, PaymentMachine.RefundHinted(back, Sample.RefundAs(RefundStatus.Failed) with { Id = "re_other" }, Sample.Policy, Sample.Now));
    }

    private static readonly Guid RequestedId = new("dddd1111-2222-4333-8444-555566667777");

    /// <summary>A completed payment with a refund on request, answered or not.</summary>
    private static PaymentState Requested(PaymentState state, RefundStatus? answer)
    {
        var command = new RefundPayment(Sample.Merchant, Sample.Id, "refund-1", null, CancellationReason.Duplicate, null, "client-4");
        var requested = RefundMachine.Request(state, RequestedId, command, Sample.Now).State;
        return answer is { } status
            ? RefundMachine.Answered(requested, RequestedId, requested.Refunds[0].Operation!, Success(Sample.RefundAs(status)), Sample.Policy, Sample.Now)
            : requested;
    }

    [Fact]
    public void A_hint_that_says_nothing_new_leaves_the_schedule_alone_however_often_it_comes()
    {
        foreach (var (name, situation) in Sample.Existing.Where(pair => pair.Value.Intent is not null))
        {
            var state = situation;
            for (var i = 0; i < 50; i++)
                state = PaymentMachine.IntentHinted(state, state.Intent! with { }, Sample.Policy, Sample.At(Sample.Now.Now + TimeSpan.FromMinutes(i)));
            Assert.True(ReferenceEquals(situation, state), $"{name} was changed by hints that say what is known.");
        }
    }
}
