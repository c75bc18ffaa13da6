using Payments.Grains.Ports;

namespace Payments.Storage.Rows;

/// <summary>One database, as far as grain state needs it. Connections open on first use.</summary>
public interface IStateStore : IDueIndex, IOperatorIndex, IAsyncDisposable
{
    /// <summary>How many writers the database can use at the same time.</summary>
    int WritersMax { get; }

    /// <summary>The row, or null.</summary>
    Task<StoredRow?> ReadAsync(RowKey key, CancellationToken cancellationToken);

    /// <summary>One page of a merchant's rows that are listed, newest first.</summary>
    Task<IReadOnlyList<ListedRow>> ReadListedAsync(string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken);

    /// <summary>Opens a connection that writes batches.</summary>
    Task<IRowWriter> OpenWriterAsync(CancellationToken cancellationToken);

    /// <summary>What to do about an exception of this database.</summary>
    StoreFailure Classify(Exception exception);

    /// <summary>What waits, for operators.</summary>
    Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken);

    /// <summary>What waits, for gauges: from indexes alone.</summary>
    Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken);
}

/// <summary>A connection that commits batches, one at a time.</summary>
public interface IRowWriter : IAsyncDisposable
{
    /// <summary>Applies all writes in one commit, each under its own compare-and-swap: a conflict stops only its own row.</summary>
    /// <param name="batch">At least one write, no two of the same key.</param>
    /// <param name="now">Becomes <c>updated_at</c>.</param>
    /// <param name="cancellationToken">Gives up waiting; the outcome is then unknown.</param>
    /// <returns>One outcome per write, in the order of the batch.</returns>
    Task<RowOutcome[]> WriteAsync(IReadOnlyList<RowWrite> batch, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>What an exception from a database means for the batch that met it.</summary>
public enum StoreFailure
{
    /// <summary>Connection, lock or resource trouble. Whether the batch was committed may be open: write the same batch again on a new connection.</summary>
    Transient,

    /// <summary>A value in the batch was refused, nothing was committed: write each row alone.</summary>
    Rejected,

    /// <summary>Nothing was committed and repeating will not help.</summary>
    Fatal,
}
