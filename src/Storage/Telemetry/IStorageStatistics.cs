using Payments.Grains.Ports;

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

    /// <summary>What operators count, of all processes: cheap enough to be asked every few seconds.</summary>
    Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken);
}

/// <summary>Grains that wait to be woken.</summary>
/// <param name="PendingByStatus">How many rows with a due time each status has.</param>
/// <param name="OldestDue">The earliest due time, or null when nothing waits.</param>
public sealed record StorageBacklog(IReadOnlyDictionary<string, long> PendingByStatus, DateTimeOffset? OldestDue);

/// <summary>Grains that wait for something that somebody has to know of.</summary>
/// <param name="Rows">By what they wait for and by the type of grain; without those of which there are none.</param>
/// <param name="EarliestDue">The earliest due time of any grain (UTC), or null when nothing is to be woken. In the past, it says how far behind the wakes are.</param>
public sealed record StorageWaiting(IReadOnlyList<WaitingRows> Rows, DateTimeOffset? EarliestDue);

/// <summary>Some of them.</summary>
/// <param name="For">What they wait for.</param>
/// <param name="GrainType">Their grain type, as in a grain id.</param>
/// <param name="Count">How many.</param>
/// <param name="Oldest">Since when the oldest waits (UTC).</param>
public readonly record struct WaitingRows(WaitingFor For, string GrainType, long Count, DateTimeOffset Oldest);
