namespace Payments.Chaos.Checking;

/// <summary>A webhook as it reached a merchant's endpoint.</summary>
/// <param name="Sequence">Order of arrival.</param>
/// <param name="At">When (UTC), on the sandbox's clock.</param>
/// <param name="Merchant">Whose endpoint.</param>
/// <param name="Id">Header <c>webhook-id</c>.</param>
/// <param name="Timestamp">Header <c>webhook-timestamp</c>.</param>
/// <param name="Signature">Header <c>webhook-signature</c>.</param>
/// <param name="Answered">What the endpoint answered; 0 when it hung up.</param>
/// <param name="Body">The raw body.</param>
internal sealed record Delivery(long Sequence, DateTimeOffset At, Guid Merchant, string? Id, string? Timestamp, string? Signature, int Answered, string Body)
{
    /// <summary>Whether the sender was told that it arrived.</summary>
    public bool IsAccepted => Answered is >= 200 and <= 299;
}

/// <summary>Everything that four witnesses say about one order: its merchant's clients, the database, the provider and the merchant's endpoint.</summary>
/// <param name="Order">What was ordered.</param>
/// <param name="Id">The id that an answer gave it; null when no create was answered.</param>
/// <param name="AllocationId">The id of its one allocation, likewise.</param>
/// <param name="Attempts">The clients' journal, by time of sending.</param>
/// <param name="Rows">Its rows: one; several only where creates are not idempotent (Payhub) and one had no answer.</param>
/// <param name="Objects">The provider's objects that carry its id.</param>
/// <param name="Webhooks">What arrived about it, in order of arrival.</param>
/// <param name="IsGivenUp">Whether one of its clients ran out of patience.</param>
internal sealed record Case(
    Order Order,
    string? Id,
    string? AllocationId,
    IReadOnlyList<Attempt> Attempts,
    IReadOnlyList<StoredRow> Rows,
    IReadOnlyList<ProviderObject> Objects,
    IReadOnlyList<Delivery> Webhooks,
    bool IsGivenUp = false)
{
    /// <summary>The row that the clients mean: the one with the answered id, else the only one.</summary>
    public StoredRow? Row => Rows.FirstOrDefault(row => row.Id == Id) ?? (Id is null && Rows.Count == 1 ? Rows[0] : null);

    /// <summary>The provider's objects of one row.</summary>
    public IEnumerable<ProviderObject> ObjectsOf(StoredRow row) => Objects.Where(found => found.Owner == row.Id);

    /// <summary>The owner's tries of one kind that may have arrived.</summary>
    public IEnumerable<Attempt> Own(CallKind kind) => Attempts.Where(attempt => attempt.Kind == kind && !attempt.Foreign && attempt.MayHaveArrived);
}

/// <summary>All evidence of one run.</summary>
/// <param name="Cases">One per order.</param>
/// <param name="StrayRows">Rows that belong to no order.</param>
/// <param name="StrayObjects">Provider objects that belong to no row and no order.</param>
/// <param name="StrayWebhooks">Webhooks about no order.</param>
/// <param name="WebhookSecrets">Each merchant's secret, <c>whsec_…</c>.</param>
/// <param name="RefusalsOrdered">Whether the provider was told to refuse cancels that it could have made.</param>
/// <param name="StartedAt">The instant (UTC) from which the clients' clock counts.</param>
/// <param name="CollectedAt">When the database was read (UTC).</param>
internal sealed record Evidence(
    IReadOnlyList<Case> Cases,
    IReadOnlyList<StoredRow> StrayRows,
    IReadOnlyList<ProviderObject> StrayObjects,
    IReadOnlyList<Delivery> StrayWebhooks,
    IReadOnlyDictionary<Guid, string> WebhookSecrets,
    bool RefusalsOrdered,
    DateTimeOffset StartedAt,
    DateTimeOffset CollectedAt);
