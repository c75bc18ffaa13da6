using System.Text;
using Microsoft.Data.Sqlite;
using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Storage.Rows;

namespace Payments.Storage.Sqlite;

/// <summary>Grain state in an SQLite file. Reads run on the caller's thread, on connections of their own, and never wait for the writer.</summary>
public sealed class SqliteStateStore : IStateStore
{
    private readonly string _path;

    /// <summary>Names the file; nothing is opened yet.</summary>
    public SqliteStateStore(StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _path = options.Path;
        Connections = new SqliteConnections(options.Path, options.ReadConnections);
    }

    /// <summary>SQLite has one writer at a time.</summary>
    public int WritersMax => 1;

    internal SqliteConnections Connections { get; }

    /// <inheritdoc/>
    public async Task<StoredRow?> ReadAsync(RowKey key, CancellationToken cancellationToken)
    {
        using var activity = SqliteTracing.StartRead();
        return await Connections.UseAsync(lease => Read(lease, key), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ListedRow>> ReadListedAsync(
        string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken) =>
        Connections.UseAsync<IReadOnlyList<ListedRow>>(
            lease =>
            {
                using var command = lease.NewCommand(SqliteSql.ReadListed);
                command.Parameters.AddWithValue("$grain_type", grainType);
                command.Parameters.AddWithValue("$merchant_id", query.MerchantId.ToString("D"));
                command.Parameters.AddWithValue("$from", SqliteValues.FromInstant(query.From ?? DateTimeOffset.MinValue));
                command.Parameters.AddWithValue("$to", SqliteValues.FromInstant(query.To ?? DateTimeOffset.MaxValue));
                command.Parameters.AddWithValue("$after_at", SqliteValues.FromInstant(query.After?.CreatedAt ?? DateTimeOffset.MaxValue));
                command.Parameters.AddWithValue("$after_key", query.After?.Key ?? "");
                command.Parameters.AddWithValue("$state_name", stateName);
                command.Parameters.AddWithValue("$status", (object?)query.StatusText ?? DBNull.Value);
                command.Parameters.AddWithValue("$limit", query.Limit);
                using var reader = command.ExecuteReader();
                var rows = new List<ListedRow>();
                while (reader.Read())
                    rows.Add(ReadListedRow(reader));
                return rows;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IRowWriter> OpenWriterAsync(CancellationToken cancellationToken) => SqliteRowWriter.OpenAsync(_path);

    /// <inheritdoc/>
    public StoreFailure Classify(Exception exception) => SqliteErrors.Classify(exception);

    /// <inheritdoc/>
    public Task<IReadOnlyList<GrainId>> ReadDueAsync(int shard, int shardCount, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        DueQuery.RequireValid(shard, shardCount, limit);
        return Connections.UseAsync<IReadOnlyList<GrainId>>(
            lease =>
            {
                using var command = lease.NewCommand(SqliteSql.ReadDue);
                command.Parameters.AddWithValue("$now", SqliteValues.FromInstant(now));
                command.Parameters.AddWithValue("$shards", shardCount);
                command.Parameters.AddWithValue("$shard", shard);
                command.Parameters.AddWithValue("$limit", limit);
                using var reader = command.ExecuteReader();
                var due = new List<GrainId>();
                while (reader.Read())
                    due.Add(GrainId.Create(reader.GetString(0), reader.GetString(1)));
                return [.. due.Distinct()];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StorageBacklog> ReadBacklogAsync(CancellationToken cancellationToken) => Connections.UseAsync(
        lease =>
        {
            using var command = lease.NewCommand(SqliteSql.ReadBacklog);
            using var reader = command.ExecuteReader();
            var pending = new Dictionary<string, long>(StringComparer.Ordinal);
            DateTimeOffset? oldest = null;
            while (reader.Read())
            {
                pending[reader.GetString(0)] = reader.GetInt64(1);
                var due = SqliteValues.ToInstant(reader.GetString(2));
                oldest = oldest is { } earlier && earlier <= due ? earlier : due;
            }

            return new StorageBacklog(pending, oldest);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<StorageWaiting> ReadWaitingAsync(CancellationToken cancellationToken) => Connections.UseAsync(
        lease =>
        {
            using var command = lease.NewCommand(SqliteSql.ReadWaiting);
            using var reader = command.ExecuteReader();
            var rows = new List<WaitingRows>();
            DateTimeOffset? earliestDue = null;
            while (reader.Read())
            {
                if (reader.IsDBNull(3))
                    continue;
                var since = SqliteValues.ToInstant(reader.GetString(3));
                if (reader.GetString(0) is { Length: > 0 } waitsFor)
                    rows.Add(new WaitingRows(WaitingNames.Parse(waitsFor), reader.GetString(1), reader.GetInt64(2), since));
                else
                    earliestDue = since;
            }

            return new StorageWaiting(rows, earliestDue);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingEntry>> ListWaitingAsync(
        WaitingFor waitingFor, WaitingPosition? after, int limit, CancellationToken cancellationToken) =>
        Connections.UseAsync<IReadOnlyList<WaitingEntry>>(
            lease =>
            {
                using var command = lease.NewCommand(SqliteSql.ListWaiting);
                command.Parameters.AddWithValue("$waits_for", WaitingNames.Of(waitingFor));
                command.Parameters.AddWithValue("$after_since", SqliteValues.FromInstant(after?.Since ?? DateTimeOffset.MinValue));
                command.Parameters.AddWithValue("$after_key", after?.Key ?? "");
                command.Parameters.AddWithValue("$limit", limit);
                using var reader = command.ExecuteReader();
                var entries = new List<WaitingEntry>();
                while (reader.Read())
                {
                    entries.Add(new WaitingEntry(
                        GrainId.Create(reader.GetString(0), reader.GetString(1)),
                        reader.IsDBNull(2) ? null : Guid.Parse(reader.GetString(2)),
                        reader.IsDBNull(3) ? null : reader.GetString(3),
                        SqliteValues.ToInstant(reader.GetString(4)),
                        reader.IsDBNull(5) ? null : SqliteValues.ToInstant(reader.GetString(5))));
                }

                return entries;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private static StoredRow? Read(SqliteLease lease, RowKey key)
    {
        var command = lease.ReadRow;
        command.Parameters["$grain_type"].Value = key.GrainType;
        command.Parameters["$grain_key"].Value = key.GrainKey;
        command.Parameters["$state_name"].Value = key.StateName;
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new StoredRow(new RowTag(reader.GetInt64(0), reader.GetInt64(1)), reader.GetInt32(2), Encoding.UTF8.GetBytes(reader.GetString(3)))
            : null;
    }

    private static ListedRow ReadListedRow(SqliteDataReader reader) => new(
        reader.GetString(0),
        SqliteValues.ToInstant(reader.GetString(1)),
        new StoredRow(new RowTag(reader.GetInt64(2), reader.GetInt64(3)), reader.GetInt32(4), Encoding.UTF8.GetBytes(reader.GetString(5))));
}
