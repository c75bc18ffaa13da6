using System.Collections.Concurrent;
using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Storage;
using Payments.Storage.Rows;

namespace Payments.Telemetry.Tests.Harness;

/// <summary>The real store, whose next commits fail as a test orders.</summary>
public sealed class FaultyStore(IStateStore store) : IStateStore
{
    private readonly ConcurrentQueue<OrderedFailure> orders = new();

    /// <inheritdoc />
    public int WritersMax => store.WritersMax;

    /// <summary>Lets the next commit fail.</summary>
    public void FailNext(StoreFailure kind) => orders.Enqueue(new OrderedFailure(kind));

    /// <inheritdoc />
    public async Task<IRowWriter> OpenWriterAsync(CancellationToken cancellationToken) => new Writer(this, await store.OpenWriterAsync(cancellationToken));

    /// <inheritdoc />
    public StoreFailure Classify(Exception exception) => exception is OrderedFailure failure ? failure.Kind : store.Classify(exception);

    /// <inheritdoc />
    public Task<StoredRow?> ReadAsync(RowKey key, CancellationToken cancellationToken) => store.ReadAsync(key, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<GrainId>> ReadDueAsync(int shard, int shardCount, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        store.ReadDueAsync(shard, shardCount, now, limit, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<ListedRow>> ReadListedAsync(
        string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken) =>
        store.ReadListedAsync(grainType, stateName, query, cancellationToken);

    /// <inheritdoc />
    public Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken) => store.ReadBacklogAsync(cancellationToken);

    /// <inheritdoc />
    public Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken) => store.ReadWaitingAsync(cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<WaitingEntry>> ListWaitingAsync(
        WaitingFor waitingFor, WaitingPosition? after, int limit, CancellationToken cancellationToken) =>
        store.ListWaitingAsync(waitingFor, after, limit, cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => store.DisposeAsync();

    private sealed class Writer(FaultyStore owner, IRowWriter writer) : IRowWriter
    {
        public Task<RowOutcome[]> WriteAsync(IReadOnlyList<RowWrite> batch, DateTimeOffset now, CancellationToken cancellationToken) =>
            owner.orders.TryDequeue(out var failure) ? Task.FromException<RowOutcome[]>(failure) : writer.WriteAsync(batch, now, cancellationToken);

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }

    private sealed class OrderedFailure(StoreFailure kind) : Exception($"Ordered: {kind}.")
    {
        public StoreFailure Kind => kind;
    }
}
