using System.Collections.Frozen;
using Payments.Grains.Payment;
using Payments.Simulation.Database;

namespace Payments.Simulation.Checking;

/// <summary>I7 and the table of states: every change of state is an edge of <see cref="PaymentTransitions"/>, what has ended stays, and the audit trail
/// says of every state who, when, why and which operation.</summary>
internal static class HistoryRules
{
    private static readonly FrozenDictionary<string, PaymentStatus> Statuses =
        Enum.GetValues<PaymentStatus>().ToFrozenDictionary(static status => status.ToWire());

    /// <summary>What may lead to a state; an event that is not here changes none.</summary>
    private static readonly FrozenDictionary<string, PaymentStatus[]> Explanations = new Dictionary<string, PaymentStatus[]>
    {
        ["created"] = [PaymentStatus.Initiated],
        ["create_begun"] = [PaymentStatus.Processing],
        ["provider_answer_unknown"] = [PaymentStatus.Pending, PaymentStatus.Processing],
        ["provider_reported"] =
            [PaymentStatus.AuthRequired, PaymentStatus.Authorized, PaymentStatus.Accepted, PaymentStatus.Completed, PaymentStatus.Failed],
        ["declined"] = [PaymentStatus.Failed],
        ["create_given_up"] = [PaymentStatus.Failed],
        ["cancel_requested"] = [PaymentStatus.CancelInitialized],
        ["cancel_refused"] = [PaymentStatus.Authorized, PaymentStatus.Accepted, PaymentStatus.AuthRequired, PaymentStatus.Completed],
        ["cancel_failed"] = [PaymentStatus.CancelFailed],
        ["captured_while_cancelling"] = [PaymentStatus.CancelInitialized],
        ["cancelled"] = [PaymentStatus.Cancelled],
        ["capture_requested"] = [PaymentStatus.CaptureInitialized],
        ["capture_refused"] = [PaymentStatus.Authorized],
        ["capture_given_up"] = [PaymentStatus.Authorized],
        ["allocations_moved"] = [PaymentStatus.Pending, PaymentStatus.Processing, PaymentStatus.AuthRequired, PaymentStatus.Completed, PaymentStatus.CancelInitialized],
        ["rollback_begun"] = [PaymentStatus.Processing],
        ["rolled_back"] = [PaymentStatus.Failed],
    }.ToFrozenDictionary();

    public static IEnumerable<Violation> Check(PaymentCase found)
    {
        if (found.State is not { } state)
            yield break;
        PaymentStatus? before = null;
        foreach (var commit in found.Log)
        {
            var status = Statuses[commit.Write.Status!];
            if (status == before)
                continue;
            if (!PaymentTransitions.Allows(before, status))
                yield return found.Broken("table", $"{before} became {status} at {commit.At:MM-dd HH:mm:ss}");
            if (WhatIsUnexplained(commit, status) is { } gap)
                yield return found.Broken("I7", gap);
            before = status;
        }

        if (state.Audit.IsEmpty || state.Audit[0].Event != "created" || state.Audit[^1].Status != state.Status.ToWire())
            yield return found.Broken("I7", "the trail does not begin with the creation or does not end in the present state");
        if (!found.HasWholeTrail)
            yield break;

        var known = state.Allocations.Append(state).SelectMany(static part => part.Audit).Select(static entry => entry.OperationKey).OfType<string>().ToHashSet();
        foreach (var deed in found.Intents.SelectMany(static intent => intent.Deeds).Where(deed => deed.Key is { } key && !known.Contains(key)))
            yield return found.Broken("I7", $"{deed.Kind} with key {deed.Key} happened at the provider and is not in the trail");
    }

    private static string? WhatIsUnexplained(Commit commit, PaymentStatus status)
    {
        var entry = Documents.Read<PaymentState>(commit.Write).Audit[^1];
        if (string.IsNullOrWhiteSpace(entry.Actor) || entry.Status != status.ToWire())
            return $"it became {status}, and the trail ends in {entry.Status} by '{entry.Actor}'";
        return Explanations.GetValueOrDefault(entry.Event, []).Contains(status) ? null : $"'{entry.Event}' does not explain how it became {status}";
    }
}
