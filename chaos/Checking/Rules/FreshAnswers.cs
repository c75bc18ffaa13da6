namespace Payments.Chaos.Checking.Rules;

/// <summary>Whoever asks is answered, and with what is true now: a read does not show for long what the payment has left behind, and no client waits in vain.</summary>
internal static class FreshAnswers
{
    private const string Name = "fresh";

    /// <summary>A trail of this length has lost its middle, by design.</summary>
    private const int EntriesMax = 64;

    // The trail tells when a transition was decided; its write may take this long when the database is away.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(12);

    public static IEnumerable<Violation> Check(Case found, Evidence evidence)
    {
        if (found.IsGivenUp)
            yield return Violation.Of(Name, found, "a client asked for minutes and gave up");
        if (found.Row is not { Audit.Count: > 0 and < EntriesMax } row)
            yield break;

        foreach (var read in found.Own(CallKind.Read))
        {
            if (read.StateShown(found.Order.Contract) is { } state && LeftAt(row, state) is { } left
                && evidence.StartedAt + read.SentAt - left is var age && age > Tolerance)
            {
                yield return Violation.Of(Name, found, $"a read showed {state} {age.TotalSeconds:F1} s after the payment had left it");
                yield break;
            }
        }
    }

    /// <summary>When the row left a state for the last time; null when it has not, or was never in it by its own account.</summary>
    private static DateTimeOffset? LeftAt(StoredRow row, string state)
    {
        if (row.Status == state)
            return null;

        DateTimeOffset? left = null;
        for (var index = 1; index < row.Audit.Count; index++)
        {
            if (row.Audit[index - 1].Status == state && row.Audit[index].Status != state)
                left = row.Audit[index].At;
        }

        return left;
    }
}
