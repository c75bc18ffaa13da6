using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Grains.Ports;
using Payments.Storage.AdoNet;
using Payments.Storage.Postgres;
using Payments.Storage.Rows;
using Payments.Storage.Telemetry;

namespace Payments.Storage;

/// <summary>Grain storage that leaves reading and writing to Orleans' ADO.NET storage and keeps this room's promises around it: the same
/// rows, documents, limits and exceptions as <see cref="GroupCommitGrainStorage"/>, so that grains cannot tell which one they
/// have.</summary>
/// <remarks>
/// What it cannot keep: writes do not share commits, and a write whose answer is lost is reported as
/// <see cref="StorageWriteException.OutcomeUnknown"/> at once instead of being settled by a second attempt. An ETag is an integer here.
/// </remarks>
public sealed class AdoNetGrainRows : IGrainStorage, IMerchantIndex, IStorageStatistics
{
    private const int ReadAttemptsMax = 3;
    private const char KeySeparator = '/';
    private const char GenericMarker = '`';

    private static readonly SearchValues<char> NotInTypes = SearchValues.Create([KeySeparator, '{', '}']);

    private readonly IGrainStorage _rows;
    private readonly PostgresStateStore _store;
    private readonly StateDocuments _documents;
    private readonly StorageTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly Random _random;

    /// <summary>Over Orleans' storage.</summary>
    /// <param name="rows">Orleans' ADO.NET grain storage, set up by <see cref="AdoNetConnections"/>.</param>
    /// <param name="store">The same database; for the backlog.</param>
    /// <param name="options">Limits and the serializer.</param>
    /// <param name="telemetry">Instruments.</param>
    /// <param name="time">Clock of <c>updated_at</c>.</param>
    /// <param name="random">Source of write tokens. Null: <see cref="Random.Shared"/>.</param>
    public AdoNetGrainRows(
        [FromKeyedServices(StorageNames.AdoNet)] IGrainStorage rows,
        PostgresStateStore store,
        StorageOptions options,
        StorageTelemetry telemetry,
        TimeProvider time,
        Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _rows = rows;
        _store = store;
        _documents = new StateDocuments(options);
        _telemetry = telemetry;
        _time = time;
        _random = random ?? Random.Shared;
    }

    /// <inheritdoc/>
    public long RowsWritten => _telemetry.RowsTotal;

    /// <inheritdoc/>
    public long Commits => _telemetry.CommitsTotal;

    /// <inheritdoc/>
    public long Conflicts => _telemetry.ConflictsTotal;

    /// <summary>0: nothing waits here, only for a connection.</summary>
    public int QueueLength => 0;

    /// <inheritdoc/>
    public Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken) => _store.ReadBacklogAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken) => _store.ReadWaitingAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexedEntry<TState>>> ReadPageAsync<TState>(
        string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken) =>
        ListedStates.ReadAsync<TState>(_store, _documents, grainType, stateName, query, cancellationToken);

    /// <summary>Reads the state. A grain without a row gets a fresh state, no ETag and <c>RecordExists == false</c>.</summary>
    /// <exception cref="InvalidDataException">The row was written by a newer version of this program, or is not a document of this
    /// type.</exception>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = RowKey.Of(stateName, grainId);
        using var span = StorageTelemetry.StartRead(key);
        var row = await ReadRowAsync(key);
        if (!row.RecordExists)
        {
            StateDocuments.Reset(grainState);
            return;
        }

        grainState.State = _documents.Deserialize<T>(key, row.State!.Columns.StateVersion, row.State.Document.Span);
        grainState.ETag = row.ETag;
        grainState.RecordExists = true;
    }

    /// <summary>Writes the state and returns when it is durable. Without an ETag it creates the row, with one it replaces exactly that
    /// version.</summary>
    /// <exception cref="InconsistentStateException">The row is not what the ETag says; nothing was written.</exception>
    /// <exception cref="StorageWriteException">Not confirmed; <see cref="StorageWriteException.OutcomeUnknown"/> says whether it may be
    /// stored.</exception>
    /// <exception cref="ArgumentException">The document is larger than <see cref="StorageOptions.MaxDocumentBytes"/>, or the id is not
    /// text.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = RowKey.Of(stateName, grainId);
        RowTag? existing = string.IsNullOrEmpty(grainState.ETag) ? null : default(RowTag);
        var write = _documents.NewWrite(key, grainState.State, existing, NewToken());
        var row = new GrainState<RowPayload>(
            new RowPayload { Columns = RowColumns.Of(write, _time.GetUtcNow()), Document = write.Document }, grainState.ETag);
        await ChangeAsync(write, row, () => _rows.WriteStateAsync(key.StateName, IdOf(key), row));
        grainState.ETag = row.ETag;
        grainState.RecordExists = true;
    }

    /// <summary>Deletes the row that the ETag names. Without an ETag there must be no row.</summary>
    /// <exception cref="InconsistentStateException">The row is not what the ETag says; nothing was deleted.</exception>
    /// <exception cref="StorageWriteException">Not confirmed.</exception>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = RowKey.Of(stateName, grainId);
        if (!string.IsNullOrEmpty(grainState.ETag))
        {
            var row = new GrainState<RowPayload>(new RowPayload(), grainState.ETag) { RecordExists = true };
            var delete = new RowWrite { Operation = RowOperation.Delete, Key = key, Token = NewToken() };
            await ChangeAsync(delete, row, () => _rows.ClearStateAsync(key.StateName, IdOf(key), row));
        }
        else if (await ReadRowAsync(key) is { RecordExists: true } row)
        {
            throw new InconsistentStateException(
                $"The state {key} was not cleared: it exists, and was never read.", row.ETag, currentEtag: null);
        }

        StateDocuments.Reset(grainState);
    }

    private async Task ChangeAsync(RowWrite write, GrainState<RowPayload> row, Func<Task> change)
    {
        var (key, expected) = (write.Key, row.ETag);
        if (!string.IsNullOrEmpty(expected) && !int.TryParse(expected, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new InconsistentStateException($"The ETag of {key} is not one of this storage.", null, expected);

        using var span = StorageTelemetry.StartWrite(write);
        var began = _time.GetTimestamp();
        try
        {
            await change();
            _telemetry.Committed(applied: 1, conflicts: 0, _time.GetElapsedTime(began));
        }
        catch (InconsistentStateException)
        {
            _telemetry.Committed(applied: 0, conflicts: 1, _time.GetElapsedTime(began));
            span?.SetStatus(ActivityStatusCode.Error, "conflict");
            throw await ConflictAsync(key, expected);
        }
        catch (Exception exception) when (exception is not ArgumentException)
        {
            _telemetry.Failed(1);
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            // Only the server can say that a write certainly failed: Orleans' storage has work of its own to do after it.
            var unknown = exception is not PostgresException || _store.Classify(exception) == StoreFailure.Transient;
            var outcome = unknown ? "whether it was stored is not known" : "it was not stored";
            throw new StorageWriteException($"The write of {key} failed, {outcome}: {exception.Message}", unknown, exception);
        }
        finally
        {
            _telemetry.Written(_time.GetElapsedTime(began));
        }
    }

    private async Task<InconsistentStateException> ConflictAsync(RowKey key, string? expected)
    {
        // Who lost is told what stands there now, as the other storage tells it; that this can be read is no condition for telling it at
        // all.
        string? stored = null;
        try
        {
            stored = (await ReadRowAsync(key)).ETag;
        }
        catch (Exception exception) when (_store.Classify(exception) != StoreFailure.Fatal)
        {
        }

        var what = string.IsNullOrEmpty(expected) ? "it exists already" : "it was changed by another writer, or does not exist";
        return new InconsistentStateException($"The state {key} was not written: {what}.", stored, expected);
    }

    // Reads may be repeated at will: a pooled connection that died while idle is no reason to fail a grain.
    private async Task<GrainState<RowPayload>> ReadRowAsync(RowKey key)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var row = new GrainState<RowPayload>();
                await _rows.ReadStateAsync(key.StateName, IdOf(key), row);
                return row;
            }
            catch (Exception exception) when (attempt < ReadAttemptsMax && _store.Classify(exception) == StoreFailure.Transient)
            {
            }
        }
    }

    private long NewToken() => _random.NextInt64(long.MinValue, long.MaxValue);

    /// <summary>The id under which Orleans' storage passes the whole id to our SQL as one text: it would leave out the type, take keys that
    /// look like numbers apart, and stumble over braces.</summary>
    private static GrainId IdOf(RowKey key)
    {
        if (key.GrainType.AsSpan().ContainsAny(NotInTypes) || key.StateName.Contains(GenericMarker, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The ADO.NET storage takes no grain type with / or braces and no state name with `: {key}.", nameof(key));
        }

        var grainKey = key.GrainKey.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
        return GrainId.Create(key.GrainType, $"{key.GrainType}{KeySeparator}{grainKey}");
    }
}
