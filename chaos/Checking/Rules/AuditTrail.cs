namespace Payments.Chaos.Checking.Rules;

/// <summary>I7: the audit trail explains every state: who, when, why, which provider operation, which attempt.</summary>
internal static class AuditTrail
{
    private const string Name = "I7";

    /// <summary>A trail of this length has lost its middle, by design.</summary>
    private const int EntriesMax = 64;

    /// <summary>Which events may lead to which state; an event that is not here changes none.</summary>
    private static readonly Dictionary<string, string[]> Explanations = new()
    {
        ["created"] = ["INITIATED", "SUBMITTED"],
        ["create_begun"] = ["PROCESSING"],
        ["provider_answer_unknown"] = ["PENDING", "PROCESSING"],
        ["provider_reported"] = ["AUTH_REQUIRED", "AUTHORIZED", "ACCEPTED", "COMPLETED", "FAILED", "SUBMITTED", "IN_PROGRESS"],
        ["declined"] = ["FAILED", "DECLINED"],
        ["create_given_up"] = ["FAILED"],
        ["create_refused"] = ["DECLINED"],
        ["cancel_requested"] = ["CANCEL_INITIALIZED", "CANCEL_PENDING"],
        ["cancel_refused"] = ["AUTHORIZED", "ACCEPTED", "AUTH_REQUIRED", "COMPLETED"],
        ["cancel_failed"] = ["CANCEL_FAILED"],
        ["captured_while_cancelling"] = ["CANCEL_INITIALIZED"],
        ["cancelled"] = ["CANCELLED"],
        ["canceled"] = ["CANCELED"],
        ["completed"] = ["COMPLETED"],
        ["expired"] = ["EXPIRED"],
        ["gone_at_provider"] = ["EXPIRED"],
        ["given_up"] = ["EXPIRED"],
    };

    public static IEnumerable<Violation> Check(Case found)
    {
        foreach (var row in found.Rows)
        {
            foreach (var gap in Gaps(found, row))
                yield return Violation.Of(Name, found, gap);
        }
    }

    private static IEnumerable<string> Gaps(Case found, StoredRow row)
    {
        var trail = row.Audit;
        if (trail.Count == 0 || trail[0].Event != "created")
        {
            yield return "the trail does not begin with the creation";
            yield break;
        }

        if (trail[^1].Status != row.Status)
            yield return $"the trail ends in {trail[^1].Status}, the payment is {row.Status}";
        if (trail.Any(static entry => string.IsNullOrWhiteSpace(entry.Actor)))
            yield return "an entry does not say who";
        for (var index = 1; index < trail.Count; index++)
        {
            if (trail[index].At < trail[index - 1].At)
                yield return $"'{trail[index].Event}' is older than what precedes it";
            if (trail.Count < EntriesMax && trail[index].Status != trail[index - 1].Status
                && !Explanations.GetValueOrDefault(trail[index].Event, []).Contains(trail[index].Status))
                yield return $"'{trail[index].Event}' does not explain how {trail[index - 1].Status} became {trail[index].Status}";
        }

        foreach (var gap in UnexplainedCancels(found, row).Concat(UnexplainedOperations(found, row)))
            yield return gap;
    }

    private static IEnumerable<string> UnexplainedCancels(Case found, StoredRow row)
    {
        var requests = row.Audit.Where(static entry => entry.Event == "cancel_requested").ToList();
        foreach (var request in requests)
        {
            if (!found.Own(CallKind.Cancel).Any(attempt => attempt.Actor == request.Actor && (attempt.Reason is null || attempt.Reason == request.Detail)))
                yield return $"nobody called {request.Actor} asked for a cancel because of '{request.Detail}'";
            if (request.OperationKey is null)
                yield return "a cancel without its provider operation";
        }

        if (row.Status is "CANCELLED" or "CANCELED" or "CANCEL_FAILED" && requests.Count == 0)
            yield return $"{row.Status}, and nobody asked for it";
    }

    private static IEnumerable<string> UnexplainedOperations(Case found, StoredRow row)
    {
        if (row.Audit.Count >= EntriesMax)
            yield break;

        var known = row.Audit.Select(static entry => entry.OperationKey).OfType<string>().ToHashSet();
        if (row.Contract == Contract.Payhub)
        {
            // Klarna takes UUIDs only and none for a cancel, so what the trail names is not what the ledger shows.
            if (found.ObjectsOf(row).Any() && !known.Any(static key => key.Contains("-create-", StringComparison.Ordinal)))
                yield return "a request exists at Klarna, and the trail names no operation that created it";
            yield break;
        }

        foreach (var operation in found.ObjectsOf(row).SelectMany(static item => item.Operations))
        {
            if (operation.IdempotencyKey is { } key && !known.Contains(key))
                yield return $"{operation.Name} with key {key} happened at the provider and is not in the trail";
        }
    }
}
