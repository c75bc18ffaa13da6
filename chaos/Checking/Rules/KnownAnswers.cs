namespace Payments.Chaos.Checking.Rules;

/// <summary>Every answer must be one that the contract knows in that situation. What clients repeat by themselves is taken into account:
/// whoever repeats an unanswered cancel without an <c>Idempotency-Key</c> may learn that it worked; with one it is answered as the first time.</summary>
internal static class KnownAnswers
{
    private const string Name = "contract";
    private const string ProviderRefused = "Cancellation processing failed";
    private const string NotYet = "Payment cannot be cancelled in PROCESSING state";
    private const string TooLate = "Payment cannot be cancelled in COMPLETED state";
    private const string Failed = "Payment already failed";

    public static IEnumerable<Violation> Check(Case found, Evidence evidence)
    {
        foreach (var attempt in found.Attempts.Where(static attempt => attempt is { Foreign: false, Ending: Ending.Answered }))
        {
            if (!IsKnown(found, attempt, evidence))
                yield return Violation.Of(Name, found, $"{attempt.Kind} was answered {attempt.Status} {attempt.Body}");
        }

        foreach (var ofOneKey in found.Attempts.Where(static attempt => attempt is { Key: not null, IsDefinite: true }).GroupBy(static attempt => attempt.Key))
        {
            if (ofOneKey.Select(static attempt => (attempt.Status, attempt.Body)).Distinct().Count() > 1)
                yield return Violation.Of(Name, found, $"one Idempotency-Key, several answers: {ofOneKey.Key}");
        }

        if (found.Rows.Count > 1 && found.Own(CallKind.Create).All(static attempt => attempt.Key is not null))
            yield return Violation.Of(Name, found, $"one Idempotency-Key created {found.Rows.Count} of them");
        if (NobodyWasTold(found))
            yield return Violation.Of(Name, found, "every cancel was answered, all of them that it is cancelled already, and none that it is accepted");
    }

    /// <summary>Whether the cancel that worked was answered as if it had come too late.</summary>
    private static bool NobodyWasTold(Case found)
    {
        var cancels = found.Own(CallKind.Cancel).ToList();
        return cancels.Count > 0
            && cancels.All(static attempt => attempt.IsDefinite && attempt.Status is not (200 or 202))
            && cancels.Any(attempt => attempt.Refusal(found.Order.Contract) == Answers.AlreadyCancelled || attempt.Status == 409)
            && !found.Objects.Any(static item => item.IsCompletedByCustomer || item.EndedByItself);
    }

    private static bool IsKnown(Case found, Attempt attempt, Evidence evidence) => found.Order.Contract == Contract.Payments
        ? (attempt.Kind, attempt.Status) switch
        {
            (_, 503) => true,
            (CallKind.Create or CallKind.Cancel, 409) => attempt.Key is not null,
            (CallKind.Create or CallKind.Cancel, 202) or (CallKind.Read, 200) => attempt.StateShown(Contract.Payments) is not null,
            (CallKind.Cancel, 422) => IsKnownRefusal(found, attempt, evidence),
            _ => false,
        }
        : (attempt.Kind, attempt.Status) switch
        {
            // Payhub's contract has nothing else for what will pass; a defect shows in the silos' logs.
            (_, 500) => true,
            (_, 200) => attempt.StateShown(Contract.Payhub) is not null,
            (CallKind.Create, 409) => attempt.Key is not null,
            (CallKind.Cancel, 409) => HasEarlierTry(found, attempt) || found.Objects.Any(static item => item.IsCompletedByCustomer || item.EndedByItself),
            _ => false,
        };

    private static bool IsKnownRefusal(Case found, Attempt attempt, Evidence evidence) => attempt.Refusal(Contract.Payments) switch
    {
        NotYet => true,
        Answers.AlreadyCancelled => HasEarlierTry(found, attempt),
        TooLate => found.Objects.Any(static item => item.Received > 0),
        Failed => found.Objects.Any(static item => item.HasFailed),
        ProviderRefused => evidence.RefusalsOrdered,
        _ => false,
    };

    /// <summary>Whether another cancel may have got there first; a repeat under the same key is the same cancel.</summary>
    private static bool HasEarlierTry(Case found, Attempt attempt) => found.Own(CallKind.Cancel).Any(other =>
        !ReferenceEquals(other, attempt) && other.SentAt <= attempt.EndedAt && (attempt.Key is null || other.Key != attempt.Key));
}
