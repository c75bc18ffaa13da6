namespace Payments.Storage;

/// <summary>Counters since start and what waits in the database.</summary>
public interface IStorageStatistics
{
    /// <summary>Rows written or deleted by this process.</summary>
    long RowsWritten { get; }

    /// <summary>Commits that wrote them. Rows ÷ commits is the gain of grouping.</summary>
    long Commits { get; }

    /// <summary>Writes that lost a compare-and-swap.</summary>
    long Conflicts { get; }

    /// <summary>Writes that wait for a writer now.</summary>
    int QueueLength { get; }

    /// <summary>What waits in the database, of all processes.</summary>
    Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken);
}

/// <summary>Grains that wait to be woken.</summary>
/// <param name="PendingByStatus">How many rows with a due time each status has.</param>
/// <param name="OldestDue">The earliest due time, or null when nothing waits.</param>
public sealed record StorageBacklog(IReadOnlyDictionary<string, long> PendingByStatus, DateTimeOffset? OldestDue);
