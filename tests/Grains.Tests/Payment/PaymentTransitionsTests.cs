using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using static Payments.Grains.Tests.Payment.PaymentTables;
using Cause = Payments.Grains.Ports.ProviderUncertainty;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;
using Snapshot = Payments.Grains.Ports.PaymentIntentSnapshot;

namespace Payments.Grains.Tests.Payment;

public sealed class PaymentTransitionsTests
{
    private static readonly TimeSpan[] Times = [TimeSpan.Zero, Sample.Policy.CancelGivenUpAfter, Sample.Policy.SettlementGivenUpAfter];

    [Fact]
    public void The_rules_make_exactly_the_transitions_of_the_table()
    {
        var made = new HashSet<(PaymentStatus? From, PaymentStatus To)>();
        foreach (var (before, after) in EveryInputInEverySituation())
        {
            if (after.Exists && (!before.Exists || before.Status != after.Status))
                made.Add((before.Exists ? before.Status : null, after.Status));
        }

        var split = new SplitExplorer().Steps().Where(static step => step.Before.Status != step.After.Status)
            .Select(static step => ((PaymentStatus?)step.Before.Status, step.After.Status)).ToHashSet();
        Assert.Equal([], split.Except(PaymentTransitions.All.Select(static transition => (transition.From, transition.To))));
        made.UnionWith(split);

        var declared = PaymentTransitions.All.Select(static transition => (transition.From, transition.To)).ToList();
        Assert.Equal(declared.Count, declared.Distinct().Count());
        Assert.Equal("", string.Join(", ", made.Except(declared).Order().Select(static one => $"not declared: {one.From} to {one.To}")));
        Assert.Equal("", string.Join(", ", declared.Except(made).Order().Select(static one => $"never made: {one.From} to {one.To}")));
    }

    [Fact]
    public void Nothing_leads_out_of_a_terminal_state_and_everything_else_leads_on()
    {
        foreach (var status in Enum.GetValues<PaymentStatus>())
            Assert.Equal(PaymentMachine.IsTerminal(status), PaymentTransitions.All.All(transition => transition.From != status));
    }

    [Fact]
    public void The_diagram_in_the_documentation_is_the_table() => Assert.Equal(
        PaymentDiagram.Of(PaymentTransitions.All),
        PaymentDiagram.In(Document.Read("docs/states.md")));

    private static IEnumerable<(PaymentState Before, PaymentState After)> EveryInputInEverySituation() =>
        from before in Sample.Situations.Values
        from time in Times
        let now = Sample.At(Sample.Now.Now + time)
        from after in Inputs(before, now)
        select (before, after);

    private static IEnumerable<PaymentState> Inputs(PaymentState state, Moment now)
    {
        var policy = Sample.Policy;
        yield return PaymentMachine.Create(state, Sample.Id, Sample.Create, Sample.Card, policy, now).State;
        yield return PaymentMachine.Cancel(state, Sample.CancelBy(Sample.Merchant), policy, now).State;
        yield return PaymentMachine.Capture(state, Sample.CaptureBy(Sample.Merchant), policy, now).State;
        yield return PaymentMachine.BeginCreate(state, policy, now);
        if (!state.Exists)
            yield break;

        var sent = Sent(state);
        foreach (var answer in Answers())
        {
            yield return PaymentMachine.CreateAnswered(state, answer, false, policy, now);
            yield return PaymentMachine.CreateAnswered(state, answer, true, policy, now);
            yield return PaymentMachine.IntentRead(state, answer, policy, now);
            yield return PaymentMachine.CancelAnswered(state, sent, answer, policy, now);
            yield return PaymentMachine.CancelAnsweredInline(state, sent, answer, policy, now).State;
            yield return PaymentMachine.CaptureAnswered(state, sent, answer, policy, now);
            yield return PaymentMachine.CaptureAnsweredInline(state, sent, answer, policy, now).State;
        }

        yield return PaymentMachine.CreateLookedUp(state, sent, Success<Snapshot?>(null), policy, now);
        foreach (var status in Enum.GetValues<RefundStatus>())
            yield return PaymentMachine.RefundAnswered(state, sent, Success(Sample.RefundAs(status)), policy, now);
        yield return PaymentMachine.RefundAnswered(state, sent, Refused<RefundSnapshot>(null), policy, now);
    }

    private static IEnumerable<ProviderResult<Snapshot>> Answers() =>
    [
        .. Enum.GetValues<Intent>().Select(static status => Success(Sample.IntentAs(status))),
        .. Enum.GetValues<Intent>().Select(static status => Refused(Sample.IntentAs(status))),
        Refused<Snapshot>(null),
        .. Enum.GetValues<Cause>().Select(Unknown<Snapshot>),
    ];
}
