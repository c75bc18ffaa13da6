using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
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
                                              no IN PD P0 PT PE | AR AU AC CP | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF CR CX
            anything                        : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            another object                  : ?  ?  ?  A  A  A  | x  x  x  x  | x  x  x  x  | x  x  x  x  x  | x  x  x  x  | x  x  x
            a charge of it                  : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            its refund pending              : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR .  | R  R  R
            its refund succeeded            : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            another refund pending          : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            intent RequiresPaymentMethod    : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            intent RequiresConfirmation     : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            intent RequiresAction           : ?  ?  ?  A  A  A  | .  R  R  R  | .  .  x  .  | R  R  .  R  R  | R  FR FR RR | R  R  R
            intent Processing               : ?  ?  ?  A  A  A  | R  R  .  R  | .  .  x  .  | R  .  R  R  R  | .  FR FR RR | R  R  R
            intent RequiresCapture          : ?  ?  ?  A  A  A  | R  .  R  .  | .  .  x  .  | .  R  R  .  .  | R  FR FR RR | .  R  R
            intent Canceled                 : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
            intent Succeeded                : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  .  .
            a word that nobody knows        : ?  ?  ?  A  A  A  | R  R  R  R  | .  .  x  .  | R  R  R  R  R  | R  FR FR RR | R  R  R
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

            hinted RequiresPaymentMethod : FL FL FL FL FL | FL FL FL FL |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            hinted RequiresConfirmation  : AR AR AR AR AR | ob ob ob ob |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            hinted RequiresAction        : AR AR AR AR AR | ob ob ob ob |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            hinted Processing            : AC AC AC AC AC | AC AC ob AC |  .  .  .  . |  .  .  . nk  . | wt  .  .  . | ob ob ob
            hinted RequiresCapture       : AU AU AU AU AU | AU ob AU AU |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            hinted Canceled              : XX XX XX XX XX | XX XX XX XX |  .  .  .  . | XX XX XX XX XX | XX  .  .  . | XX XX XX
            hinted Succeeded             : DN DN DN DN DN | DN DN DN DN |  .  .  .  . | rf rf rf rf rf | rf  .  .  . | RF ob ob
            hinted as it is known        :  .  .  .  .  . |  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            hinted, another intent       : AU AU AU AU AU |  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  .  .  .  . |  .  .  .
            """);
        Dictionary<string, Func<PaymentState, string>> inputs = new(
            ForIntents("hinted", (state, intent, now) => PaymentMachine.IntentHinted(state, intent, Sample.Policy, now)))
        {
            ["hinted as it is known"] = Input((state, now) =>
            {
                // A capture is under way in CP, and what was known before it is not what it leads to.
                if (state.Intent is not { } known || state.Status == PaymentStatus.CaptureInitialized)
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

            hinted Pending        :  .  .  .  .  . |  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . wt wt  . |  .  .  .
            hinted RequiresAction :  .  .  .  .  . |  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . wt wt wt |  .  .  .
            hinted Succeeded      :  .  .  .  .  . |  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . XX XX XX |  .  .  .
            hinted Failed         :  .  .  .  .  . |  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . CF CF CF |  .  .  .
            hinted Canceled       :  .  .  .  .  . |  .  .  .  . |  .  .  .  . |  .  .  .  .  . |  . CF CF CF |  .  .  .
            """);

        grid.Verify(Sample.Existing, Enum.GetValues<RefundStatus>().ToDictionary(
            status => $"hinted {status}",
            status => Input((state, now) => PaymentMachine.RefundHinted(state, Sample.RefundAs(status), Sample.Policy, now))));
    }

    [Fact]
    public void A_hint_that_says_nothing_new_leaves_the_schedule_alone_however_often_it_comes()
    {
        foreach (var (name, situation) in Sample.Existing.Where(pair => pair.Value.Intent is not null && pair.Key != "CP"))
        {
            var state = situation;
            for (var i = 0; i < 50; i++)
                state = PaymentMachine.IntentHinted(state, state.Intent! with { }, Sample.Policy, Sample.At(Sample.Now.Now + TimeSpan.FromMinutes(i)));
            Assert.True(ReferenceEquals(situation, state), $"{name} was changed by hints that say what is known.");
        }
    }
}
