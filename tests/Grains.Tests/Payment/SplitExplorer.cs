using Payments.Grains.Payment;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Intent = Payments.Grains.Ports.PaymentIntentStatus;

namespace Payments.Grains.Tests.Payment;

/// <summary>Visits every situation that a split tender can come into: whatever is due is done, with every answer that it can get, and the merchant may
/// cancel at any time. Situations that differ only in times and counts are one.</summary>
internal sealed class SplitExplorer
{
    private static readonly ProviderUncertainty[] Causes =
        [ProviderUncertainty.NotSent, ProviderUncertainty.Timeout, ProviderUncertainty.ServerError];

    private readonly HashSet<string> seen = [];
    private readonly Queue<(PaymentState State, string Path)> waiting = new();

    /// <summary>How many situations there are.</summary>
    public int Count => seen.Count;

    /// <summary>Every step from one situation to another, with the way there.</summary>
    public IEnumerable<(PaymentState Before, PaymentState After, Moment Moment, string Path)> Steps()
    {
        var now = Sample.At(Sample.Created);
        Visit(SplitSample.Created(now), "created");
        while (waiting.TryDequeue(out var visited))
        {
            foreach (var (name, moment, before, after) in Inputs(visited.State))
            {
                var path = $"{visited.Path}; {name}";
                if (ReferenceEquals(after, before))
                    continue;
                yield return (before, after, moment, path);
                Visit(after, path);
            }
        }
    }

    private void Visit(PaymentState state, string path)
    {
        if (seen.Add(KeyOf(state)))
            waiting.Enqueue((state with { Outbox = [] }, path));
    }

    private static string KeyOf(PaymentState state) => string.Join(" | ", state.Allocations.Select(PartKey).Prepend(
        $"{state.Status} {state.Rollback is not null} {state.Cancellation is not null}"));

    private static string PartKey(PaymentState part) =>
        $"{part.Status} {part.Operation?.Kind} {part.Operation?.LastCause == ProviderUncertainty.ServerError} {part.Intent?.Status} {part.Refund?.Status} "
        + $"{part.Capture is null} {part.CaptureAttempts > 0} {part.RefundAttempts > 0} {part.Cancellation?.Reason}";

    private static IEnumerable<(string Name, Moment Moment, PaymentState Before, PaymentState After)> Inputs(PaymentState state)
    {
        var soon = Sample.At(state.NextProviderDueAt ?? state.UpdatedAt);
        yield return ("cancel", soon, state, PaymentMachine.Cancel(state, Sample.CancelBy(Sample.Merchant), Sample.Policy, soon).State);
        for (var index = 0; index < state.Allocations.Length; index++)
        {
            if (state.Allocations[index].ProviderDueAt is not { } due)
                continue;
            foreach (var late in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromDays(30)])
            {
                var moment = Sample.At(due + late);
                foreach (var (name, before, after) in Done(state, index, moment))
                    yield return ($"{index} {name}{(late > TimeSpan.Zero ? " late" : "")}", moment, before, after);
            }
        }
    }

    /// <summary>What the grain does when this part is due, write by write and with every answer; look-ups are followed by what they are for.</summary>
    private static IEnumerable<(string Name, PaymentState Before, PaymentState After)> Done(PaymentState state, int index, Moment now)
    {
        var part = state.Allocations[index];
        var step = PaymentMachine.PlanAfterWake(part, now.Now, Sample.Policy);
        if (step == ProviderStep.CreateIntent)
        {
            var begun = Apply(state, own => PaymentMachine.BeginCreate(own, Sample.Policy, now));
            yield return ("sent", state, begun);
            state = begun;
        }

        foreach (var (name, after, isAnswered) in Called(state, step))
        {
            yield return ($"{step} {name}", state, after);
            var next = isAnswered ? PaymentMachine.PlanAfterLookup(step, after.Allocations[index]) : ProviderStep.None;
            if (next == ProviderStep.CreateIntent)
                continue;
            foreach (var (reply, then, _) in Called(after, next))
                yield return ($"{step} {name}, {next} {reply}", after, then);
        }

        PaymentState Apply(PaymentState whole, Func<PaymentState, PaymentState> transition) =>
            SplitTender.With(whole, index, transition(whole.Allocations[index]), Sample.Policy, now);

        IEnumerable<(string Name, PaymentState After, bool IsAnswered)> Called(PaymentState whole, ProviderStep call)
        {
            var own = whole.Allocations[index];
            var sent = own.Operation;
            return call switch
            {
                ProviderStep.None => [],
                ProviderStep.CreateIntent => Answers(Intents(own)).SelectMany(answer => ((bool[])[false, true]).Select(arrivedBefore => (
                    answer.Name, Apply(whole, s => PaymentMachine.CreateAnswered(s, answer.Result, arrivedBefore, Sample.Policy, now)), false))),
                ProviderStep.FindIntent => Lookups(Intents(own)).Select(answer => (
                    answer.Name, Apply(whole, s => PaymentMachine.CreateLookedUp(s, sent!, answer.Result, Sample.Policy, now)), answer.IsAnswer)),
                ProviderStep.ReadIntent => Answers(Intents(own)).Select(answer => (
                    answer.Name, Apply(whole, s => PaymentMachine.IntentRead(s, answer.Result, Sample.Policy, now)), answer.IsAnswer)),
                ProviderStep.CancelIntent => Answers(Intents(own)).Select(answer => (
                    answer.Name, Apply(whole, s => PaymentMachine.CancelAnswered(s, sent!, answer.Result, Sample.Policy, now)), false)),
                ProviderStep.CaptureIntent => Answers(Intents(own)).Select(answer => (
                    answer.Name, Apply(whole, s => PaymentMachine.CaptureAnswered(s, sent!, answer.Result, Sample.Policy, now)), false)),
                ProviderStep.FindRefund => Lookups(Refunds(own)).Select(answer => (
                    answer.Name, Apply(whole, s => PaymentMachine.RefundLookedUp(s, sent!, answer.Result, Sample.Policy, now)), answer.IsAnswer)),
                ProviderStep.Refund => Answers(Refunds(own)).Select(answer => (
                    answer.Name, Apply(whole, s => PaymentMachine.RefundAnswered(s, sent!, answer.Result, Sample.Policy, now)), false)),
                ProviderStep.ReadRefund => Answers(Refunds(own)).Select(answer => (
                    answer.Name, Apply(whole, s => PaymentMachine.RefundRead(s, answer.Result, Sample.Policy, now)), false)),
                _ => throw new InvalidOperationException($"{call} is no call."),
            };
        }
    }

    /// <summary>What the part's object can be by now. It does not go back; that an answer can be older than the state is a matter of one payment's rules.</summary>
    private static IEnumerable<PaymentIntentSnapshot> Intents(PaymentState part) => (part.Intent?.Status switch
    {
        Intent.Succeeded => (Intent[])[Intent.Succeeded],
        Intent.Canceled => [Intent.Canceled],
        Intent.RequiresCapture => [Intent.RequiresCapture, Intent.Succeeded, Intent.Canceled],
        _ => [Intent.RequiresPaymentMethod, Intent.RequiresAction, Intent.RequiresCapture, Intent.Processing, Intent.Succeeded, Intent.Canceled],
    }).Select(status => new PaymentIntentSnapshot(
        part.Intent?.Id ?? $"pi_{part.Id:N}", status, part.AmountMinor, status == Intent.Succeeded ? part.AmountMinor : 0, null,
        status == Intent.RequiresPaymentMethod ? "card_declined" : null));

    private static IEnumerable<RefundSnapshot> Refunds(PaymentState part) => Enum.GetValues<RefundStatus>().Select(status =>
        new RefundSnapshot(part.Refund?.Id ?? $"re_{part.Id:N}", status, part.AmountMinor, status == RefundStatus.Failed ? "declined" : null));

    private static IEnumerable<(string Name, ProviderResult<T> Result, bool IsAnswer)> Answers<T>(IEnumerable<T> values)
        where T : class =>
    [
        .. values.Select(value => ($"{value}", PaymentTables.Success(value), true)),
        .. values.Select(value => ($"refused {value}", PaymentTables.Refused(value), false)),
        ("refused", PaymentTables.Refused<T>(null), false),
        .. Causes.Select(cause => ($"{cause}", PaymentTables.Unknown<T>(cause), false)),
    ];

    private static IEnumerable<(string Name, ProviderResult<T?> Result, bool IsAnswer)> Lookups<T>(IEnumerable<T> values)
        where T : class =>
    [
        .. values.Select(value => ($"{value}", PaymentTables.Success<T?>(value), true)),
        ("none", PaymentTables.Success<T?>(null), true),
        ("refused", PaymentTables.Refused<T?>(null), false),
        .. Causes.Select(cause => ($"{cause}", PaymentTables.Unknown<T?>(cause), false)),
    ];
}
