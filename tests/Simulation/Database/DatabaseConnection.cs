using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Storage;
using Payments.Storage.Rows;

namespace Payments.Simulation.Database;

/// <summary>The database as one silo reaches it: what is asked arrives after a while, and the answer too, if at all.</summary>
internal sealed class DatabaseConnection(World world, SimulatedDatabase database, FaultPlan faults) : IStateStore, IRowWriter
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public int WritersMax => 4;

    public Task<StoredRow?> ReadAsync(RowKey key, CancellationToken cancellationToken) => ReadAsync(() => database.Read(key), cancellationToken);

    public Task<IReadOnlyList<ListedRow>> ReadListedAsync(
        string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => database.ReadListed(grainType, stateName, query), cancellationToken);

    public Task<IReadOnlyList<GrainId>> ReadDueAsync(
        int shard, int shardCount, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        ReadAsync(() => database.ReadDue(shard, shardCount, now, limit), cancellationToken);

    public Task<IRowWriter> OpenWriterAsync(CancellationToken cancellationToken)
    {
        var refused = faults.Hit(Fault.DatabaseConnectionRefused);
        return AnswerAsync<IRowWriter>(Delay(), () => refused ? throw new IOException("refused") : this, cancellationToken);
    }

    public StoreFailure Classify(Exception exception) =>
        exception is IOException or OperationCanceledException ? StoreFailure.Transient : StoreFailure.Fatal;

    public Task<RowOutcome[]> WriteAsync(IReadOnlyList<RowWrite> batch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var writes = batch.ToArray();
        if (faults.Hit(Fault.DatabaseErrorBeforeCommit, 0.5))
        {
            var isFull = world.Chance(0.2);
            return AnswerAsync<RowOutcome[]>(
                Delay(), () => throw (isFull ? new InvalidOperationException("disk full") : new IOException("connection lost")), cancellationToken);
        }

        var touched = faults.Strikes(Fault.DatabaseConflict, 0.5);
        var isLost = faults.Hit(Fault.DatabaseErrorAfterCommit, 0.5);
        return AnswerAsync(
            Delay(),
            () =>
            {
                if (touched && database.Touch(world.Pick(writes).Key))
                    faults.Count(Fault.DatabaseConflict);
                var outcomes = database.Apply(writes);
                return isLost ? throw new IOException("connection lost after the commit") : outcomes;
            },
            cancellationToken);
    }

    public Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken) => throw new NotSupportedException("Nobody watches.");

    public Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken) => throw new NotSupportedException("Nobody watches.");

    public Task<IReadOnlyList<WaitingEntry>> ListWaitingAsync(
        WaitingFor waitingFor, WaitingPosition? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException("Nobody operates.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        var fails = faults.Hit(Fault.DatabaseReadError, 0.5);
        return AnswerAsync(Delay(), () => fails ? throw new IOException("connection lost") : read(), cancellationToken);
    }

    private TimeSpan Delay() => faults.Hit(Fault.DatabaseStall, 0.1)
        ? world.Between(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1))
        : world.Between(TimeSpan.Zero, Soon);

    private Task<T> AnswerAsync<T>(TimeSpan delay, Func<T> atDatabase, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>();
        world.After(delay, () =>
        {
            try
            {
                answer.TrySetResult(atDatabase());
            }
            catch (Exception failure) when (failure is IOException or InvalidOperationException)
            {
                answer.TrySetException(failure);
            }
        });

        // Who gives up waiting does not stop what is on its way.
        return delay > Patience ? answer.Task.WaitAsync(cancellationToken) : answer.Task;
    }
}
