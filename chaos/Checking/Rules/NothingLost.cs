namespace Payments.Chaos.Checking.Rules;

/// <summary>I5: nothing that was answered with 2xx is lost. What an answer promised, every request that was sent after it and the row in the end
/// must still show.</summary>
internal static class NothingLost
{
    private const string Name = "I5";
    private const int Begun = 0;
    private const int Held = 1;
    private const int Cancelling = 2;
    private const int Final = 3;
    private static readonly string[] EarlyStates = ["INITIATED", "PENDING", "PROCESSING"];
    private static readonly string[] FinalStates = ["CANCELLED", "CANCELED", "COMPLETED", "FAILED", "DECLINED", "EXPIRED"];

    public static IEnumerable<Violation> Check(Case found)
    {
        // A repeat under the same Idempotency-Key shows what was true the first time, and nothing about now.
        var repeats = found.Attempts.Where(static attempt => attempt.Key is not null).GroupBy(static attempt => attempt.Key)
            .SelectMany(static ofOneKey => ofOneKey.Skip(1)).ToHashSet();
        var seen = found.Attempts.Where(attempt => attempt is { Foreign: false, Ending: Ending.Answered } && !repeats.Contains(attempt))
            .Select(attempt => See(attempt, found.Order.Contract)).OfType<Sight>().ToList();
        if (seen.Count == 0)
            yield break;

        if (found.Row is not { } row)
        {
            if (seen.Any(static sight => sight.Promises >= Begun))
                yield return Violation.Of(Name, found, "it was answered with 2xx, and there is no row");
            yield break;
        }

        // The row is the last thing that anybody sees.
        seen.Add(new Sight(TimeSpan.MaxValue, TimeSpan.MaxValue, Begun, Shown(row.Status), FinalOf(row.Status)));
        if (row.AmountMinor != found.Order.AmountMinor)
            yield return Violation.Of(Name, found, $"ordered {found.Order.AmountMinor}, stored {row.AmountMinor}");
        if (FindLoss(seen) is { } loss)
            yield return Violation.Of(Name, found, loss);
    }

    private static string? FindLoss(List<Sight> seen)
    {
        foreach (var earlier in seen.Where(static sight => sight.Promises >= Begun).OrderBy(static sight => sight.EndedAt))
        {
            foreach (var later in seen.Where(sight => sight.SentAt > earlier.EndedAt))
            {
                if (later.Shows < earlier.Promises)
                    return $"what was answered at {earlier.EndedAt.TotalSeconds:F3} s was gone afterwards ({earlier} → {later})";
                if (earlier.FinalState is { } final && later.FinalState is { } other && final != other)
                    return $"{final} became {other}";
            }
        }

        return null;
    }

    private static Sight? See(Attempt attempt, Contract contract)
    {
        var promisesCancel = attempt is { Kind: CallKind.Cancel, Status: 202 };
        if (attempt.StateShown(contract) is { } state)
            return new Sight(attempt.SentAt, attempt.EndedAt, promisesCancel ? Cancelling : Promised(state), Shown(state), FinalOf(state));

        return attempt.Status switch
        {
            404 => new Sight(attempt.SentAt, attempt.EndedAt, int.MinValue, int.MinValue, null),
            409 when attempt.IsDefinite => new Sight(attempt.SentAt, attempt.EndedAt, Final, Final, null),
            422 when attempt.Refusal(contract) == Answers.AlreadyCancelled => new Sight(attempt.SentAt, attempt.EndedAt, Final, Final, "CANCELLED"),
            422 when attempt.Refusal(contract) is { } refusal && EarlyStates.Any(early => refusal.Contains($" {early} ", StringComparison.Ordinal)) =>
                new Sight(attempt.SentAt, attempt.EndedAt, Begun, Begun, null),
            _ => null,
        };
    }

    private static int Shown(string state) => state switch
    {
        _ when EarlyStates.Contains(state) => Begun,
        "CANCEL_INITIALIZED" or "CANCEL_FAILED" or "CANCEL_PENDING" => Cancelling,
        _ when FinalStates.Contains(state) => Final,
        _ => Held,
    };

    // A cancel that is only seen under way may still be refused, and then the payment is held again.
    private static int Promised(string state) => state is "CANCEL_INITIALIZED" or "CANCEL_PENDING" ? Held : Shown(state);

    private static string? FinalOf(string state) => FinalStates.Contains(state) ? state : null;

    /// <summary>What one answer lets its reader rely on (<paramref name="Promises"/>), and how far it shows the payment to be (<paramref name="Shows"/>).</summary>
    private sealed record Sight(TimeSpan SentAt, TimeSpan EndedAt, int Promises, int Shows, string? FinalState);
}
