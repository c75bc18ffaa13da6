namespace Payments.Chaos.Checking.Rules;

/// <summary>I6: no request reads or changes another merchant's payment, and nothing exists that nobody ordered.</summary>
internal static class Isolation
{
    private const string Name = "I6";

    public static IEnumerable<Violation> Check(Case found)
    {
        var refusal = found.Order.Contract == Contract.Payments ? 404 : 403;
        foreach (var attempt in found.Attempts.Where(static attempt => attempt is { Foreign: true, IsDefinite: true }))
        {
            if (attempt.Status != refusal)
                yield return Violation.Of(Name, found, $"another merchant was answered {attempt.Status} instead of {refusal}");
        }

        if (found.Rows.Any(row => row.Merchant != found.Order.Merchant))
            yield return Violation.Of(Name, found, "it is stored as another merchant's");
    }

    /// <summary>What belongs to no order.</summary>
    public static IEnumerable<Violation> CheckStrays(Evidence evidence)
    {
        foreach (var row in evidence.StrayRows)
            yield return new Violation(Name, row.Id, "a row that nobody ordered", [$"{row}"]);
        foreach (var stray in evidence.StrayObjects)
            yield return new Violation(Name, stray.Owner, "an object at the provider that nobody ordered", [$"{stray}"]);
        foreach (var webhook in evidence.StrayWebhooks)
            yield return new Violation(Name, $"webhook {webhook.Sequence}", "a webhook about nothing that was ordered", [webhook.Body]);
    }
}
