namespace Payments.Storage.Rows;

/// <summary>What a write does to its row.</summary>
public enum RowOperation
{
    /// <summary>Inserts; a row that is there already is a conflict.</summary>
    Create,

    /// <summary>Replaces; a row that is missing or has another tag is a conflict.</summary>
    Update,

    /// <summary>Deletes; a row that is missing or has another tag is a conflict.</summary>
    Delete,
}

/// <summary>One write, complete: it can be repeated, and repeating it never applies it twice (its token tells).</summary>
public sealed record RowWrite
{
    /// <summary>The version of the document format that this program writes and the highest that it reads. It grows with every addition to a
    /// stored state: an older program would read the row, and drop what it does not know when it writes it back.</summary>
    public const int StateVersion = 3;

    /// <summary>What to do.</summary>
    public required RowOperation Operation { get; init; }

    /// <summary>To which row.</summary>
    public required RowKey Key { get; init; }

    /// <summary>What the row must be now; unused for a create.</summary>
    public RowTag Expected { get; init; }

    /// <summary>Random; marks the row version that this write makes.</summary>
    public required long Token { get; init; }

    /// <summary>See <see cref="GrainSlot"/>.</summary>
    public int Slot { get; init; }

    /// <summary>The owning merchant.</summary>
    public Guid? MerchantId { get; init; }

    /// <summary>The state's name.</summary>
    public string? Status { get; init; }

    /// <summary>When the grain must be woken, or null. Kept with microseconds.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>What it waits for, for gauges, or null.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Since when. Kept with microseconds.</summary>
    public DateTimeOffset? WaitsSince { get; init; }

    /// <summary>Where the row stands in its merchant's list, or null. Kept with microseconds.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The state as UTF-8 JSON; empty for a delete.</summary>
    public byte[] Document { get; init; } = [];

    /// <summary>The tag of the row once this write has applied.</summary>
    public RowTag Result => new(Operation == RowOperation.Create ? 1 : Expected.Version + 1, Token);
}

/// <summary>A row as read.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="StateVersion">The version of its document format.</param>
/// <param name="Document">UTF-8 JSON.</param>
public sealed record StoredRow(RowTag Tag, int StateVersion, byte[] Document);

/// <summary>A row of a merchant's list.</summary>
/// <param name="GrainKey">The grain's key.</param>
/// <param name="CreatedAt">Its place in the order.</param>
/// <param name="Row">The row.</param>
public sealed record ListedRow(string GrainKey, DateTimeOffset CreatedAt, StoredRow Row);

/// <summary>What became of one write of a committed batch.</summary>
/// <param name="Applied">The row now is what the write made it, by this attempt or an earlier one.</param>
/// <param name="Stored">When not applied: the tag of the row that stands in the way, or null when there is no row.</param>
public readonly record struct RowOutcome(bool Applied, RowTag? Stored)
{
    /// <summary>The write applied.</summary>
    public static RowOutcome Done { get; } = new(true, null);

    /// <summary>Decides for a write that changed nothing, from the row's tag read afterwards: the write's own token means that an
    /// earlier attempt with an unknown outcome did commit.</summary>
    public static RowOutcome FromStored(RowWrite write, RowTag? stored) =>
        stored is { } tag && tag.Token == write.Token && write.Operation != RowOperation.Delete ? Done : new RowOutcome(false, stored);
}
