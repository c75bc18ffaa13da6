using System.Collections.Immutable;

namespace Payments.Grains.Auditing;

/// <summary>One line of the audit trail (design I7): who, when, what, why, and which provider operation it went with.</summary>
/// <param name="At">When (UTC); of the latest occurrence when <paramref name="Count"/> is above 1.</param>
/// <param name="Actor">Who: a token's subject, a calling service, <c>provider</c> or <c>system</c>.</param>
/// <param name="Event">What happened, for instance <c>cancel_requested</c>.</param>
/// <param name="Status">The state afterwards, as the contract spells it.</param>
/// <param name="Detail">Why, or what the provider said; never card data or secrets.</param>
/// <param name="OperationKey">The idempotency key of the provider operation, or null.</param>
/// <param name="Count">How many times in a row it happened in the same way.</param>
public sealed record AuditEntry(
    DateTimeOffset At,
    string Actor,
    string Event,
    string Status,
    string? Detail,
    string? OperationKey,
    int Count = 1);

/// <summary>Keeps an audit trail within bounds.</summary>
public static class AuditTrail
{
    /// <summary>Actor of what the product does by itself.</summary>
    public const string System = "system";

    /// <summary>Actor of what the provider decided.</summary>
    public const string Provider = "provider";

    /// <summary>Most entries kept. The oldest half stays (how it began), the newest half stays (where it stands).</summary>
    public const int EntriesMax = 64;

    private const int DetailMaxLength = 300;

    /// <summary>Appends an entry; a repetition of the last one only counts it, so that days of retries stay one line.</summary>
    public static ImmutableArray<AuditEntry> Append(ImmutableArray<AuditEntry> trail, AuditEntry entry)
    {
        if (entry.Detail is { Length: > DetailMaxLength } detail)
            entry = entry with { Detail = Cut(detail) };

        if (trail.Length > 0 && trail[^1] is var last && IsRepetition(last, entry))
            return trail.SetItem(trail.Length - 1, entry with { Count = last.Count + 1 });

        return trail.Length < EntriesMax ? trail.Add(entry) : trail.RemoveAt(EntriesMax / 2).Add(entry);
    }

    /// <summary>Never between the two halves of a character, which would not be text any more.</summary>
    private static string Cut(string detail) => detail[..(char.IsHighSurrogate(detail[DetailMaxLength - 1]) ? DetailMaxLength - 1 : DetailMaxLength)];

    private static bool IsRepetition(AuditEntry last, AuditEntry entry) =>
        last.Event == entry.Event && last.Status == entry.Status && last.Actor == entry.Actor
        && last.Detail == entry.Detail && last.OperationKey == entry.OperationKey;
}
