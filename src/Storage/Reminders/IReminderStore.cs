namespace Payments.Storage.Reminders;

/// <summary>The reminder table of one database. Few rows, rarely written: no grouping.</summary>
public interface IReminderStore
{
    /// <summary>Inserts or replaces; the last writer wins.</summary>
    Task UpsertAsync(ReminderRow row, CancellationToken cancellationToken);

    /// <summary>Deletes the row if it still has this ETag.</summary>
    /// <returns>Whether it did.</returns>
    Task<bool> RemoveAsync(string grainType, string grainKey, string name, long etag, CancellationToken cancellationToken);

    /// <summary>The reminders of a grain, all of them or the one with this name.</summary>
    Task<IReadOnlyList<ReminderRow>> ReadGrainAsync(string grainType, string grainKey, string? name, CancellationToken cancellationToken);

    /// <summary>The reminders whose hash is in (begin, end], or, when begin ≥ end, above begin or up to end.</summary>
    Task<IReadOnlyList<ReminderRow>> ReadRangeAsync(uint begin, uint end, CancellationToken cancellationToken);

    /// <summary>Deletes everything.</summary>
    Task ClearAsync(CancellationToken cancellationToken);
}

/// <summary>One stored reminder.</summary>
/// <param name="GrainType">The grain's type.</param>
/// <param name="GrainKey">The grain's key.</param>
/// <param name="Name">The reminder's name within the grain.</param>
/// <param name="Hash">Orleans' uniform hash of the grain id.</param>
/// <param name="StartAt">First tick. Kept with microseconds.</param>
/// <param name="Period">Between ticks.</param>
/// <param name="ETag">Random per write.</param>
public sealed record ReminderRow(string GrainType, string GrainKey, string Name, uint Hash, DateTimeOffset StartAt, TimeSpan Period, long ETag);
