using Payments.Grains.PaymentRequest;
using Payments.Grains.Ports;
using Payments.Grains.ProviderEvents;
using Result = Payments.Grains.Ports.ProviderResult<Payments.Grains.Ports.KlarnaRequestSnapshot>;

namespace Payments.Grains.Tests.PaymentRequest;

public sealed class PaymentRequestHintTests
{
    [Fact]
    public void Every_hint_has_its_plan_in_every_situation()
    {
        // A create without an answer waits for it (?): only that answer carries the customer's link.
        var grid = Grid.Parse("""
            R  = read
            .  = Done
            ?  = NotYet
            x  = NotMine
            """, """
                               no NK S0 SE S1 IP | CC CE CP CI CU CF | DN DC EX XX
            anything         : ?  x  ?  ?  R  R  | ?  ?  R  R  R  R  | .  x  .  .
            another object   : ?  x  ?  ?  x  x  | ?  ?  x  x  x  x  | x  x  x  x
            claim Submitted  : ?  x  ?  ?  .  R  | ?  ?  .  R  .  .  | .  x  .  .
            claim InProgress : ?  x  ?  ?  R  .  | ?  ?  R  .  R  R  | .  x  .  .
            claim Completed  : ?  x  ?  ?  R  R  | ?  ?  R  R  R  R  | .  x  .  .
            claim Canceled   : ?  x  ?  ?  R  R  | ?  ?  R  R  R  R  | .  x  .  .
            claim Declined   : ?  x  ?  ?  R  R  | ?  ?  R  R  R  R  | .  x  .  .
            claim Expired    : ?  x  ?  ?  R  R  | ?  ?  R  R  R  R  | .  x  .  .
            """);
        var inputs = Enum.GetValues<KlarnaRequestState>().ToDictionary(
            claim => $"claim {claim}", claim => Plan(new ProviderHint("krn:1", "krn:1", claim.ToString())));
        inputs.Add("anything", Plan(new ProviderHint("krn:1", null, null)));
        inputs.Add("another object", Plan(new ProviderHint("krn:2", "krn:2", "Completed")));

        grid.Verify(RequestSample.Situations, inputs);

        static Func<PaymentRequestState, string> Plan(ProviderHint hint) => state => PaymentRequestMachine.PlanAfterHint(state, hint)?.ToString() ?? "read";
    }

    [Fact]
    public void Every_answer_after_a_hint_has_its_result_in_every_situation()
    {
        // Only a definite answer is adopted, and only when it says something new; whether the cancel that is owed goes on is not for a hint to say.
        var grid = Grid.Parse("""
            .  = Done =
            -  = Unreadable =
            IP = Done IN_PROGRESS
            cw = Done CANCEL_PENDING
            SU = Done SUBMITTED
            DN = Done COMPLETED
            XX = Done CANCELED
            DC = Done DECLINED
            EX = Done EXPIRED
            """, """
                              S1 IP | CP CI CU CF | DN DC EX XX
            read Submitted  : .  SU | .  .  . cw | .  .  .  .
            read InProgress : IP .  | .  .  . cw | .  .  .  .
            read Completed  : DN DN | DN DN DN DN | .  .  .  .
            read Canceled   : XX XX | XX XX XX XX | .  .  .  .
            read Declined   : DC DC | DC DC DC DC | .  .  .  .
            read Expired    : EX EX | EX EX EX EX | .  .  .  .
            gone            : EX EX | EX EX EX EX | .  .  .  .
            refused         : -  -  | -  -  - - | -  -  -  -
            unknown         : -  -  | -  -  - - | -  -  -  -
            """);
        var situations = RequestSample.Situations.Where(pair => pair.Value.Klarna is not null || pair.Key == "DC").ToDictionary();
        var inputs = Enum.GetValues<KlarnaRequestState>().ToDictionary(
            state => $"read {state}", state => Answered(new Result.Success(RequestSample.Klarna(state))));
        inputs.Add("gone", Answered(new Result.Refused(KlarnaErrorCodes.NotFound, "", null)));
        inputs.Add("refused", Answered(new Result.Refused("forbidden", "", null)));
        inputs.Add("unknown", Answered(new Result.Unknown(ProviderUncertainty.Timeout, "")));

        grid.Verify(situations, inputs);

        static Func<PaymentRequestState, string> Answered(Result answer) => before =>
        {
            var (outcome, after) = PaymentRequestMachine.HintAnswered(before, answer, RequestSample.Policy, RequestSample.Now);
            RequestSample.CheckInvariants(before, after, RequestSample.Now);
            if (after.Status == before.Status && after.Klarna == before.Klarna)
                Assert.Same(before, after);
            return $"{outcome} {(after.Status == before.Status ? "=" : after.StatusText)}";
        };
    }
}
