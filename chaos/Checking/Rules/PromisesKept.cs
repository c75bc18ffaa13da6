namespace Payments.Chaos.Checking.Rules;

/// <summary>I2: every cancel that was answered 202 (Payhub: 200) ends where the answer said, and nothing stays in between.</summary>
internal static class PromisesKept
{
    private const string Name = "I2";

    // INITIATED and PENDING wait for the provider as well: a create without an answer has a schedule, too.
    private static readonly string[] InBetween = ["INITIATED", "PENDING", "PROCESSING", "CAPTURE_INITIALIZED", "CANCEL_INITIALIZED", "CANCEL_PENDING"];

    public static IEnumerable<Violation> Check(Case found)
    {
        foreach (var row in found.Rows.Where(static row => InBetween.Contains(row.Status)))
            yield return Violation.Of(Name, found, $"{row.Status} did not come to an end");

        if (found.Row is not { } meant || InBetween.Contains(meant.Status) || !found.Own(CallKind.Cancel).Any(IsPromise))
            yield break;

        string[] promised = found.Order.Contract == Contract.Payments ? ["CANCELLED", "CANCEL_FAILED"] : ["CANCELED"];
        if (!promised.Contains(meant.Status))
            yield return Violation.Of(Name, found, $"a cancel was accepted, and the payment is {meant.Status}");
    }

    private static bool IsPromise(Attempt attempt) => attempt.Status is 200 or 202;
}
