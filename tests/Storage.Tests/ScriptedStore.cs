using System.Threading.Channels;
using Payments.Grains.Ports;
using Payments.Storage.Rows;

namespace Payments.Storage.Tests;

/// <summary>A store in memory whose commits happen when and as the test says: the crash points of a real one.</summary>
internal sealed class ScriptedStore : IStateStore
{
    private readonly Channel<ScriptedCommit> _commits = Channel.CreateUnbounded<ScriptedCommit>();

    public Dictionary<RowKey, RowWrite> Rows { get; } = [];

    public int WritersOpened { get; private set; }

    /// <summary>Set: opening a writer fails with it.</summary>
    public Exception? OpenFailure { get; set; }

    public int WritersMax => 1;

    /// <summary>The next batch that reaches the database. The writer waits until the test lets it go on.</summary>
    public async Task<ScriptedCommit> NextCommitAsync() => await _commits.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public bool NothingArrived => !_commits.Reader.TryPeek(out _);

    public Task<IRowWriter> OpenWriterAsync(CancellationToken cancellationToken)
    {
        WritersOpened++;
        return OpenFailure is { } failure ? Task.FromException<IRowWriter>(failure) : Task.FromResult<IRowWriter>(new Writer(this));
    }

    public StoreFailure Classify(Exception exception) => exception switch
    {
        IOException or OperationCanceledException => StoreFailure.Transient,
        FormatException => StoreFailure.Rejected,
        _ => StoreFailure.Fatal,
    };

    /// <summary>Applies a batch as the real stores do.</summary>
    public RowOutcome[] Apply(IReadOnlyList<RowWrite> batch) => [.. batch.Select(Apply)];

    public Task<StoredRow?> ReadAsync(RowKey key, CancellationToken cancellationToken) =>
        Task.FromResult(Rows.TryGetValue(key, out var row) ? new StoredRow(row.Result, RowWrite.StateVersion, row.Document) : null);

    public Task<IReadOnlyList<GrainId>> ReadDueAsync(int shard, int shardCount, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<GrainId>>([]);

    public Task<IReadOnlyList<ListedRow>> ReadListedAsync(
        string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ListedRow>>([]);

    public Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new StorageBacklog(new Dictionary<string, long>(), OldestDue: null));

    public Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken) => Task.FromResult(new StorageWaiting([], EarliestDue: null));

    public Task<IReadOnlyList<WaitingEntry>> ListWaitingAsync(
        WaitingFor waitingFor, WaitingPosition? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<WaitingEntry>>([]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private RowOutcome Apply(RowWrite write)
    {
        RowTag? stored = Rows.TryGetValue(write.Key, out var row) ? row.Result : null;
        RowTag? expected = write.Operation == RowOperation.Create ? null : write.Expected;
        if (stored != expected)
            return RowOutcome.FromStored(write, stored);
        if (write.Operation == RowOperation.Delete)
            Rows.Remove(write.Key);
        else
            Rows[write.Key] = write;
        return RowOutcome.Done;
    }

    private sealed class Writer(ScriptedStore store) : IRowWriter
    {
        public async Task<RowOutcome[]> WriteAsync(IReadOnlyList<RowWrite> batch, DateTimeOffset now, CancellationToken cancellationToken)
        {
            var commit = new ScriptedCommit(store, [.. batch]);
            store._commits.Writer.TryWrite(commit);
            return await commit.Outcome.WaitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>A batch on its way into the database.</summary>
internal sealed class ScriptedCommit(ScriptedStore store, RowWrite[] batch)
{
    private readonly TaskCompletionSource<RowOutcome[]> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RowWrite[] Batch { get; } = batch;

    public Task<RowOutcome[]> Outcome => _outcome.Task;

    /// <summary>Commits and answers.</summary>
    public void Succeed() => _outcome.SetResult(store.Apply(Batch));

    /// <summary>Fails before the commit.</summary>
    public void Fail(Exception exception) => _outcome.SetException(exception);

    /// <summary>Commits, and the answer is lost.</summary>
    public void CommitAndFail(Exception exception)
    {
        store.Apply(Batch);
        _outcome.SetException(exception);
    }
}
