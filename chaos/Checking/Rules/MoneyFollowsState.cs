namespace Payments.Chaos.Checking.Rules;

/// <summary>I3: cancelled only where the provider's object is cancelled, never existed or is fully refunded; never a cancelled payment and a
/// charged customer. And the other way round: what the provider cancelled or refunded for us is cancelled here.</summary>
internal static class MoneyFollowsState
{
    private const string Name = "I3";

    public static IEnumerable<Violation> Check(Case found) => found.Rows.SelectMany(row => row.Contract == Contract.Payments
        ? CheckPayment(found, row)
        : CheckRequest(found, row));

    private static IEnumerable<Violation> CheckPayment(Case found, StoredRow row)
    {
        foreach (var intent in found.ObjectsOf(row))
        {
            if (row.Status == "CANCELLED")
            {
                if (intent.Received > intent.Refunded)
                    yield return Violation.Of(Name, found, $"cancelled, and the customer is charged {intent.Received - intent.Refunded}");
                else if (!intent.IsCancelled && intent.Received == 0)
                    yield return Violation.Of(Name, found, $"cancelled, and {intent.Id} is still open at the provider");
            }
            else if (intent.IsCancelled || intent.Refunds.Count > 0)
            {
                yield return Violation.Of(Name, found, $"{intent.Id} was cancelled or refunded, and the payment is {row.Status}");
            }
        }

        if (row.Status == "COMPLETED" && !found.ObjectsOf(row).Any(static intent => intent.Received > 0))
            yield return Violation.Of(Name, found, "completed, and nobody was charged");
    }

    private static IEnumerable<Violation> CheckRequest(Case found, StoredRow row)
    {
        var objects = found.ObjectsOf(row).ToList();
        var known = objects.FirstOrDefault(item => item.Id == row.ProviderObjectId);
        if (row.Status == "CANCELED")
        {
            if (objects.Any(static item => item.IsCompletedByCustomer))
                yield return Violation.Of(Name, found, "cancelled, and the customer has paid");
            if (known is { IsCancelled: false } || (known is null && objects.Count > 0))
                yield return Violation.Of(Name, found, "cancelled, and Klarna's request is not");
        }
        else if (known is { IsCancelled: true })
        {
            yield return Violation.Of(Name, found, $"{known.Id} was cancelled, and the request is {row.Status}");
        }
    }
}
