namespace Payments.Chaos.Checking;

/// <summary>A payment's or a payment request's row, as plain SQL and plain JSON show it.</summary>
internal sealed record StoredRow
{
    /// <summary>The id that the contract shows.</summary>
    public required string Id { get; init; }

    /// <summary>The contract it belongs to.</summary>
    public required Contract Contract { get; init; }

    /// <summary>The merchant's own reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid Merchant { get; init; }

    /// <summary>Its state in capitals.</summary>
    public required string Status { get; init; }

    /// <summary>Amount in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>When somebody must look after it (UTC), or null.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The provider's object that it knows, or null.</summary>
    public string? ProviderObjectId { get; init; }

    /// <summary>What it still owes the merchant.</summary>
    public IReadOnlyList<StoredWebhook> Outbox { get; init; } = [];

    /// <summary>What happened, by its own account.</summary>
    public IReadOnlyList<StoredAudit> Audit { get; init; } = [];

    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Status}, due {DueAt:O}, audit: {string.Join(" | ", Audit)}";
}

/// <summary>A webhook that is not delivered.</summary>
/// <param name="Id">Its <c>webhook-id</c>.</param>
/// <param name="Event">The event that it announces.</param>
/// <param name="Attempts">Attempts made.</param>
/// <param name="NextAttemptAt">When it is tried next (UTC).</param>
/// <param name="IsDeadLetter">Whether it was given up.</param>
internal sealed record StoredWebhook(string Id, string Event, int Attempts, DateTimeOffset NextAttemptAt, bool IsDeadLetter);

/// <summary>One line of the audit trail.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Actor">Who.</param>
/// <param name="Event">What.</param>
/// <param name="Status">The state afterwards.</param>
/// <param name="Detail">Why.</param>
/// <param name="OperationKey">Key of the provider operation that it went with: operation and attempt.</param>
internal sealed record StoredAudit(DateTimeOffset At, string Actor, string Event, string Status, string? Detail, string? OperationKey)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{At:HH:mm:ss.fff} {Actor} {Event} → {Status} {Detail} {OperationKey}";
}
