using Npgsql;
using NpgsqlTypes;
using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Storage.Rows;

namespace Payments.Storage.Postgres;

/// <summary>Grain state in PostgreSQL, shared by any number of silos.</summary>
public sealed class PostgresStateStore : IStateStore
{
    private readonly NpgsqlDataSource _writers;

    /// <summary>Parses the connection string; nothing is opened yet.</summary>
    /// <exception cref="StorageUnavailableException">The connection string is malformed.</exception>
    public PostgresStateStore(StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Readers = PostgresConnections.OpenReaders(options.ConnectionString);
        _writers = PostgresConnections.OpenWriters(options.ConnectionString);
    }

    /// <inheritdoc/>
    public int WritersMax => int.MaxValue;

    internal NpgsqlDataSource Readers { get; }

    /// <inheritdoc/>
    public async Task<StoredRow?> ReadAsync(RowKey key, CancellationToken cancellationToken)
    {
        await using var command = Readers.CreateCommand(PostgresSql.Read);
        command.Parameters.AddScalar(NpgsqlDbType.Text, key.GrainType);
        command.Parameters.AddScalar(NpgsqlDbType.Text, key.GrainKey);
        command.Parameters.AddScalar(NpgsqlDbType.Text, key.StateName);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StoredRow(new RowTag(reader.GetInt64(0), reader.GetInt64(1)), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3))
            : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ListedRow>> ReadListedAsync(
        string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken)
    {
        await using var command = Readers.CreateCommand(PostgresSql.ReadListed);
        var parameters = command.Parameters;
        parameters.AddScalar(NpgsqlDbType.Text, grainType);
        parameters.AddScalar(NpgsqlDbType.Uuid, query.MerchantId);
        parameters.AddScalar(NpgsqlDbType.TimestampTz, query.From is { } from ? PostgresValues.ToMicroseconds(from) : DateTime.MinValue);
        parameters.AddScalar(NpgsqlDbType.TimestampTz, query.To is { } to ? PostgresValues.ToMicroseconds(to) : DateTime.MaxValue);
        parameters.AddScalar(NpgsqlDbType.TimestampTz, query.After is { } after ? PostgresValues.ToMicroseconds(after.CreatedAt) : DateTime.MaxValue);
        parameters.AddScalar(NpgsqlDbType.Text, query.After?.Key ?? "");
        parameters.AddScalar(NpgsqlDbType.Text, stateName);
        parameters.Add(new NpgsqlParameter { Value = (object?)query.StatusText ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        parameters.AddScalar(NpgsqlDbType.Integer, query.Limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<ListedRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new StoredRow(new RowTag(reader.GetInt64(2), reader.GetInt64(3)), reader.GetInt32(4), reader.GetFieldValue<byte[]>(5));
            rows.Add(new ListedRow(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), row));
        }

        return rows;
    }

    /// <inheritdoc/>
    public Task<IRowWriter> OpenWriterAsync(CancellationToken cancellationToken) => PostgresRowWriter.OpenAsync(_writers, cancellationToken);

    /// <inheritdoc/>
    public StoreFailure Classify(Exception exception) => PostgresErrors.Classify(exception);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<GrainId>> ReadDueAsync(int shard, int shardCount, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        DueQuery.RequireValid(shard, shardCount, limit);
        await using var command = Readers.CreateCommand(PostgresSql.ReadDue);
        command.Parameters.AddScalar(NpgsqlDbType.TimestampTz, PostgresValues.ToMicroseconds(now));
        command.Parameters.AddScalar(NpgsqlDbType.Integer, shardCount);
        command.Parameters.AddScalar(NpgsqlDbType.Integer, shard);
        command.Parameters.AddScalar(NpgsqlDbType.Integer, limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<GrainId>();
        while (await reader.ReadAsync(cancellationToken))
            due.Add(GrainId.Create(reader.GetString(0), reader.GetString(1)));
        return [.. due.Distinct()];
    }

    /// <inheritdoc/>
    public async Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken)
    {
        await using var command = Readers.CreateCommand(PostgresSql.ReadBacklog);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var pending = new Dictionary<string, long>(StringComparer.Ordinal);
        DateTimeOffset? oldest = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            pending[reader.GetString(0)] = reader.GetInt64(1);
            var due = reader.GetFieldValue<DateTimeOffset>(2);
            oldest = oldest is { } earlier && earlier <= due ? earlier : due;
        }

        return new StorageBacklog(pending, oldest);
    }

    /// <inheritdoc/>
    public async Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken)
    {
        await using var command = Readers.CreateCommand(PostgresSql.ReadWaiting);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<WaitingRows>();
        DateTimeOffset? earliestDue = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(3))
                continue;
            var since = reader.GetFieldValue<DateTimeOffset>(3);
            if (reader.GetString(0) is { Length: > 0 } waitsFor)
                rows.Add(new WaitingRows(WaitingNames.Parse(waitsFor), reader.GetString(1), reader.GetInt64(2), since));
            else
                earliestDue = since;
        }

        return new StorageWaiting(rows, earliestDue);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WaitingEntry>> ListWaitingAsync(
        WaitingFor waitingFor, WaitingPosition? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = Readers.CreateCommand(PostgresSql.ListWaiting);
        var parameters = command.Parameters;
        parameters.AddScalar(NpgsqlDbType.Text, WaitingNames.Of(waitingFor));
        parameters.AddScalar(NpgsqlDbType.TimestampTz, after is null ? DateTime.MinValue : PostgresValues.ToMicroseconds(after.Since));
        parameters.AddScalar(NpgsqlDbType.Text, after?.Key ?? "");
        parameters.AddScalar(NpgsqlDbType.Integer, limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<WaitingEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new WaitingEntry(
                GrainId.Create(reader.GetString(0), reader.GetString(1)),
                reader.IsDBNull(2) ? null : reader.GetGuid(2),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.GetFieldValue<DateTimeOffset>(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return entries;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writers.DisposeAsync();
        await Readers.DisposeAsync();
    }
}
