using Payments.Grains.Payment;
using Payments.Grains.Retry;
using static Payments.Grains.Tests.Payment.PaymentTables;
using Cause = Payments.Grains.Ports.ProviderUncertainty;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;
using Snapshot = Payments.Grains.Ports.PaymentIntentSnapshot;

namespace Payments.Grains.Tests.Payment;

public sealed class PaymentObservationTests
{
    [Fact]
    public void Every_read_of_the_intent_has_its_result_in_every_situation()
    {
        // A challenge that was passed does not come back (AU, AC, CP), and a hold that a capture was sent for is captured again (CP, CK); a refund that is owed is moved on by the refund alone (RO, RE, RP).
        var grid = Grid.Parse(Legend, Columns + """

            read RequiresPaymentMethod : FL FL FL FL FL | FL FL FL FL FL |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            read RequiresConfirmation  : AR AR AR AR AR | ob ob ob os os |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            read RequiresAction        : AR AR AR AR AR | ob ob ob os os |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            read Processing            : AC AC AC AC AC | AC AC ob AC AC |  .  .  .  . |  .  .  . nk  . | wt  .  .  . | ob ob ob
            read RequiresCapture       : AU AU AU AU AU | AU ob AU . nk |  .  .  .  . |  .  .  . nk  . | ci  .  .  . | ob ob ob
            read Canceled              : XX XX XX XX XX | XX XX XX XX XX |  .  .  .  . | XX XX XX XX XX | XX  .  .  . | XX XX XX
            read Succeeded             : DN DN DN DN DN | DN DN DN DN DN |  .  .  .  . | rf rf rf rf rf | rf  .  .  . | RF ob ob
            held after 24 h            : AU AU AU AU AU | AU ob AU AU AU |  .  .  .  . | nk nk nk nk nk | ci  .  .  . | ob ob ob
            refused                    : un un un un un | ob ob ob un un |  .  .  .  . | un un un un un | un un un un | ob ob ob
            unknown                    : un un un un un | ob ob ob un un |  .  .  .  . | un un un un un | un un un un | ob ob ob
            unknown after 24 h         : un un un un un | ob ob ob un un |  .  .  .  . | CF CF CF CF CF | un un un un | ob ob ob
            unknown after 21 days      : un un un un un | ob ob ob un un |  .  .  .  . | CF CF CF CF CF | CF CF CF CF | ob ob ob
            unsettled after 21 days    : AC AC AC AC AC | AC AC ob AC AC |  .  .  .  . | nk nk nk nk nk | CF  .  .  . | ob ob ob
            """);
        Dictionary<string, Func<PaymentState, string>> inputs = new(
            ForIntents("read", (state, intent, now) => PaymentMachine.IntentRead(state, Success(intent), Sample.Policy, now)))
        {
            ["refused"] = Input((state, now) => PaymentMachine.IntentRead(state, Refused<Snapshot>(null, "resource_missing"), Sample.Policy, now)),
            ["unknown"] = ForCauses(Lost),
            ["held after 24 h"] = Input(
                (state, now) => PaymentMachine.IntentRead(state, Success(Sample.IntentAs(Intent.RequiresCapture)), Sample.Policy, now), Sample.Policy.CaptureGivenUpAfter),
            ["unknown after 24 h"] = ForCauses(Lost, Sample.Policy.CancelGivenUpAfter),
            ["unknown after 21 days"] = ForCauses(Lost, Sample.Policy.SettlementGivenUpAfter),
            ["unsettled after 21 days"] = Input(
                (state, now) => PaymentMachine.IntentRead(state, Success(Sample.IntentAs(Intent.Processing)), Sample.Policy, now), Sample.Policy.SettlementGivenUpAfter),
        };

        grid.Verify(Sample.Existing, inputs);

        static PaymentState Lost(PaymentState state, Cause cause, Moment now) =>
            PaymentMachine.IntentRead(state, Unknown<Snapshot>(cause), Sample.Policy, now);
    }

    [Fact]
    public void The_next_step_after_a_wake_is_known_in_every_situation()
    {
        // A create repeats its key until it may have been forgotten or would replay a stored 500; everything else reads before it acts.
        var grid = Grid.Parse(StepLegend, """
                                      no IN PD P0 PT PE | AR AU AC CP CK | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF CR CX
            not due                 : -  -  -  -  -  -  | -  -  -  - - | -  -  -  -  | -  -  -  -  -  | -  -  -  -  | -  -  -
            due                     : -  C  C  C  C  F  | R  R  R  R R | -  -  -  -  | R  R  R  R  R  | R  FR FR RR | R  R  R
            due, keys forgotten     : -  F  F  F  F  F  | R  R  R  R R | -  -  -  -  | R  R  R  R  R  | R  FR FR RR | R  R  R
            due, creates given up   : -  F  F  F  F  F  | R  R  R  R R | -  -  -  -  | R  R  R  R  R  | R  FR FR RR | R  R  R
            """);

        grid.Verify(Sample.Situations, new Dictionary<string, Func<PaymentState, string>>
        {
            ["not due"] = state => Wake(state, state.ProviderDueAt - TimeSpan.FromTicks(1) ?? Sample.Now.Now),
            ["due"] = state => Wake(state, state.ProviderDueAt ?? Sample.Now.Now, at: Sample.Now.Now),
            ["due, keys forgotten"] = state => Wake(state, Sample.Begun + Sample.Policy.IdempotencyKeyLifetime, at: Sample.Begun + Sample.Policy.IdempotencyKeyLifetime),
            ["due, creates given up"] = state => Wake(state, Sample.Begun + Sample.Policy.CreateGivenUpAfter, at: Sample.Begun + Sample.Policy.CreateGivenUpAfter),
        });

        static string Wake(PaymentState state, DateTimeOffset due, DateTimeOffset? at = null) => PaymentMachine.PlanAfterWake(
            at is { } now && state.ProviderDueAt is not null ? state with { ProviderDueAt = now } : state, at ?? due, Sample.Policy).ToString();
    }

    [Fact]
    public void What_follows_a_look_up_is_known_in_every_situation()
    {
        // Nothing is sent with a key that would replay a stored 500 (PE, CE, RE): an answered look-up would have given it a new one.
        var grid = Grid.Parse(StepLegend, """
                           no IN PD P0 PT PE | AR AU AC CP CK | DN FL XN XX | C1 CA C3 CE CQ | AW RO RE RP | CF CR CX
            None         : -  -  -  -  -  -  | -  -  -  - - | -  -  -  -  | -  -  -  -  -  | -  -  -  -  | -  -  -
            CreateIntent : -  -  -  -  -  -  | -  -  -  - - | -  -  -  -  | -  -  -  -  -  | -  -  -  -  | -  -  -
            FindIntent   : -  C  C  C  C  -  | -  -  -  - - | -  -  -  -  | -  -  -  -  -  | -  -  -  -  | -  -  -
            CaptureIntent : -  -  -  -  -  -  | -  -  -  -  - | -  -  -  -  | -  -  -  -  -  | -  -  -  -  | -  -  -
            CancelIntent : -  -  -  -  -  -  | -  -  -  - - | -  -  -  -  | -  -  -  -  -  | -  -  -  -  | -  -  -
            ReadIntent   : -  -  -  -  -  -  | - - - K - | -  -  -  -  | X  X  X  -  X  | -  FR -  FR | -  -  -
            Refund       : -  -  -  -  -  -  | -  -  -  - - | -  -  -  -  | -  -  -  -  -  | -  -  -  -  | -  -  -
            FindRefund   : -  -  -  -  -  -  | -  -  -  - - | -  -  -  -  | -  -  -  -  -  | -  $  -  -  | -  -  -
            ReadRefund   : -  -  -  -  -  -  | -  -  -  - - | -  -  -  -  | -  -  -  -  -  | -  -  -  -  | -  -  -
            """);

        grid.Verify(Sample.Situations, Enum.GetValues<ProviderStep>().ToDictionary(
            step => step.ToString(),
            step => (Func<PaymentState, string>)(state => PaymentMachine.PlanAfterLookup(step, state).ToString())));
    }

    [Fact]
    public void Every_status_and_every_operation_is_among_the_situations()
    {
        var states = Sample.Existing.Values;
        Assert.Equal(Enum.GetValues<PaymentStatus>(), states.Select(state => state.Status).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<ProviderOperationKind>(),
            states.Where(state => state.Operation is not null).Select(state => state.Operation!.Kind).Distinct().Order());
        Assert.Equal(
            [PaymentStatus.Completed, PaymentStatus.Failed, PaymentStatus.Cancelled],
            Enum.GetValues<PaymentStatus>().Where(PaymentMachine.IsTerminal));
    }

    [Fact]
    public void Every_situation_itself_satisfies_the_invariants()
    {
        foreach (var state in Sample.Existing.Values)
            PaymentInvariants.Check(state, state, Sample.Now);
    }

    [Fact]
    public void A_failed_read_of_a_cancelling_payment_is_on_record_with_its_own_cause()
    {
        var before = Sample.Situations["CE"];

        var after = PaymentMachine.IntentRead(before, Unknown<Snapshot>(Cause.Timeout), Sample.Policy, Sample.Now);

        Assert.Equal("Timeout: lost", after.Audit[^1].Detail);
        Assert.Equal(Cause.ServerError, after.Operation!.LastCause);
    }

    [Fact]
    public void A_hold_is_read_again_when_it_has_lapsed_and_not_every_quarter_of_an_hour()
    {
        var state = Sample.Situations["AU"];

        Assert.Equal(state.CreatedAt + TimeSpan.FromDays(7), state.ProviderDueAt);
    }

    [Fact]
    public void The_waits_between_reads_that_find_nothing_new_grow_to_their_maximum()
    {
        var state = Sample.Situations["AC"];
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 40; i++)
        {
            var now = state.ProviderDueAt!.Value;
            state = PaymentMachine.IntentRead(state, Success(Sample.IntentAs(Intent.Processing)), Sample.Policy, Sample.At(now));
            waits.Add(state.ProviderDueAt!.Value - now);
        }

        Assert.Equal(waits.Order(), waits);
        Assert.Equal(TimeSpan.FromMinutes(15), waits[0]);
        Assert.Equal(TimeSpan.FromHours(6), waits[^1]);
        Assert.Equal(Sample.Situations["AC"].Audit.Length, state.Audit.Length);
    }

    private const string StepLegend = """
        -  = None
        C  = CreateIntent
        F  = FindIntent
        R  = ReadIntent
        X  = CancelIntent
        K  = CaptureIntent
        FR = FindRefund
        RR = ReadRefund
        $  = Refund
        """;
}
