using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Grains.Ports;
using Payments.Storage.GroupCommit;
using Payments.Storage.Rows;
using Payments.Storage.Telemetry;

namespace Payments.Storage;

/// <summary>Grain storage on SQLite or PostgreSQL: every write is a durable compare-and-swap, and writes that arrive together share a commit.</summary>
/// <remarks>Serialization happens on the caller's turn; the writers only move bytes.</remarks>
public sealed class GroupCommitGrainStorage : IGrainStorage, IMerchantIndex, IStorageStatistics, IAsyncDisposable
{
    private const int ReadAttemptsMax = 3;

    private readonly IStateStore _store;
    private readonly StateDocuments _documents;
    private readonly StorageTelemetry _telemetry;
    private readonly Random _random;
    private readonly WriteQueue _queue;

    /// <summary>Starts the writers; connections open with the first write. The store and the telemetry stay the caller's to dispose, after this.</summary>
    /// <param name="store">The database, already migrated.</param>
    /// <param name="options">Limits and the serializer.</param>
    /// <param name="telemetry">Instruments.</param>
    /// <param name="time">Clock of <c>updated_at</c> and of all timeouts.</param>
    /// <param name="logger">Or null.</param>
    /// <param name="random">Source of write tokens; thread-safe, unpredictable to other processes. Null: <see cref="Random.Shared"/>.</param>
    /// <param name="scheduler">Where the writers run. Null: the thread pool.</param>
    public GroupCommitGrainStorage(
        IStateStore store,
        StorageOptions options,
        StorageTelemetry telemetry,
        TimeProvider time,
        ILogger<GroupCommitGrainStorage>? logger = null,
        Random? random = null,
        TaskScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(telemetry);
        options.Validate();
        _store = store;
        _documents = new StateDocuments(options);
        _telemetry = telemetry;
        _random = random ?? Random.Shared;
        _queue = new WriteQueue(store, options, telemetry, time, logger ?? NullLogger<GroupCommitGrainStorage>.Instance, scheduler ?? TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public long RowsWritten => _telemetry.RowsTotal;

    /// <inheritdoc/>
    public long Commits => _telemetry.CommitsTotal;

    /// <inheritdoc/>
    public long Conflicts => _telemetry.ConflictsTotal;

    /// <inheritdoc/>
    public int QueueLength => _queue.Length;

    /// <inheritdoc/>
    public Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken) => _store.ReadBacklogAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken) => _store.ReadWaitingAsync(cancellationToken);

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <summary>Reads the state. A grain without a row gets a fresh state, no ETag and <c>RecordExists == false</c>.</summary>
    /// <exception cref="InvalidDataException">The row was written by a newer version of this program, or is not a document of this type.</exception>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = RowKey.Of(stateName, grainId);
        using var span = StorageTelemetry.StartRead(key);
        var row = await ReadRowAsync(key, cancellationToken);
        if (row is null)
        {
            StateDocuments.Reset(grainState);
            return;
        }

        grainState.State = _documents.Deserialize<T>(key, row.StateVersion, row.Document);
        grainState.ETag = row.Tag.ToString();
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <summary>Writes the state and returns when it is durable. Without an ETag it creates the row, with one it replaces exactly that version.</summary>
    /// <exception cref="InconsistentStateException">The row is not what the ETag says; nothing was written.</exception>
    /// <exception cref="StorageWriteException">Not confirmed; <see cref="StorageWriteException.OutcomeUnknown"/> says whether it may be stored.</exception>
    /// <exception cref="ArgumentException">The document is larger than <see cref="StorageOptions.MaxDocumentBytes"/>, or the id is not text.</exception>
    /// <exception cref="OperationCanceledException">The caller's token; the write may be stored all the same.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = RowKey.Of(stateName, grainId);
        RowTag? expected = string.IsNullOrEmpty(grainState.ETag) ? null : ParseTag(key, grainState.ETag);
        var write = _documents.NewWrite(key, grainState.State, expected, NewToken());
        var tag = await _queue.WriteAsync(write, cancellationToken);
        grainState.ETag = tag.ToString();
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <summary>Deletes the row that the ETag names. Without an ETag there must be no row.</summary>
    /// <exception cref="InconsistentStateException">The row is not what the ETag says; nothing was deleted.</exception>
    /// <exception cref="StorageWriteException">Not confirmed.</exception>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = RowKey.Of(stateName, grainId);
        if (string.IsNullOrEmpty(grainState.ETag))
        {
            if (await ReadRowAsync(key, cancellationToken) is { } row)
            {
                throw new InconsistentStateException(
                    $"The state {key} was not cleared: it exists, and was never read.", row.Tag.ToString(), currentEtag: null);
            }
        }
        else
        {
            var delete = new RowWrite
            {
                Operation = RowOperation.Delete,
                Key = key,
                Expected = ParseTag(key, grainState.ETag),
                Token = NewToken(),
                Slot = GrainSlot.Of(key.GrainType, key.GrainKey),
            };
            await _queue.WriteAsync(delete, cancellationToken);
        }

        StateDocuments.Reset(grainState);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A row was written by a newer version of this program, or is not a document of this type.</exception>
    public Task<IReadOnlyList<IndexedEntry<TState>>> ReadPageAsync<TState>(
        string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken) =>
        ListedStates.ReadAsync<TState>(_store, _documents, grainType, stateName, query, cancellationToken);

    /// <summary>Accepts no more writes and commits what is queued. When the token ends first, what is left fails and its callers are told.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _queue.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    // Reads may be repeated at will: a pooled connection that died while idle is no reason to fail a grain.
    private async Task<StoredRow?> ReadRowAsync(RowKey key, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _store.ReadAsync(key, cancellationToken);
            }
            catch (Exception exception) when (attempt < ReadAttemptsMax
                && !cancellationToken.IsCancellationRequested
                && _store.Classify(exception) == StoreFailure.Transient)
            {
            }
        }
    }

    private static RowTag ParseTag(RowKey key, string? etag) => RowTag.TryParse(etag, out var tag)
        ? tag
        : throw new InconsistentStateException($"The ETag of {key} is not one of this storage.", null, etag);

    private long NewToken() => _random.NextInt64(long.MinValue, long.MaxValue);
}
