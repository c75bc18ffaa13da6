using System.Text;
using Microsoft.Data.Sqlite;
using Payments.Storage.Rows;

namespace Payments.Storage.Sqlite;

/// <summary>The one connection that writes, on its own thread: <c>BEGIN IMMEDIATE</c>, the rows, <c>COMMIT</c>.</summary>
internal sealed class SqliteRowWriter : IRowWriter
{
    private readonly WorkerThread _thread;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _create;
    private readonly SqliteCommand _update;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _readTag;

    private SqliteRowWriter(WorkerThread thread, SqliteConnection connection)
    {
        _thread = thread;
        _connection = connection;
        // Another process that writes the same file is waited for here, before anything was written.
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _create = Prepare(SqliteSql.Create, [.. SqliteSql.KeyParameters, .. SqliteSql.ValueParameters]);
        _update = Prepare(SqliteSql.Update, [.. SqliteSql.KeyParameters, .. SqliteSql.ValueParameters, .. SqliteSql.ExpectedParameters]);
        _delete = Prepare(SqliteSql.Delete, [.. SqliteSql.KeyParameters, .. SqliteSql.ExpectedParameters]);
        _readTag = Prepare(SqliteSql.ReadTag, SqliteSql.KeyParameters);
    }

    public static async Task<IRowWriter> OpenAsync(string path)
    {
        var thread = new WorkerThread("storage-writer");
        try
        {
            return await thread.RunAsync(() => new SqliteRowWriter(thread, SqliteConnections.Open(path)));
        }
        catch
        {
            thread.Dispose();
            throw;
        }
    }

    public async Task<RowOutcome[]> WriteAsync(IReadOnlyList<RowWrite> batch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = SqliteTracing.StartBatch(batch.Count);
        // SQLite cannot be interrupted while it waits for another process: the caller stops waiting, the thread ends the work it has begun.
        return await _thread.RunAsync(() => Write(batch, now)).WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(() =>
        {
            _connection.Dispose();
            return true;
        });
        _thread.Dispose();
    }

    private RowOutcome[] Write(IReadOnlyList<RowWrite> batch, DateTimeOffset now)
    {
        var updatedAt = SqliteValues.FromInstant(now);
        var outcomes = new RowOutcome[batch.Count];
        _begin.ExecuteNonQuery();
        try
        {
            for (var i = 0; i < batch.Count; i++)
                outcomes[i] = Apply(batch[i], updatedAt);
            _commit.ExecuteNonQuery();
            return outcomes;
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    private RowOutcome Apply(RowWrite write, string updatedAt)
    {
        var command = write.Operation switch
        {
            RowOperation.Create => _create,
            RowOperation.Update => _update,
            RowOperation.Delete => _delete,
            _ => throw new InvalidOperationException($"Unknown operation {write.Operation}."),
        };
        BindKey(command, write.Key);
        if (write.Operation != RowOperation.Create)
            BindExpected(command, write.Expected);
        if (write.Operation != RowOperation.Delete)
            BindValues(command, write, updatedAt);
        return command.ExecuteNonQuery() == 1 ? RowOutcome.Done : RowOutcome.FromStored(write, ReadTag(write.Key));
    }

    private static void BindValues(SqliteCommand command, RowWrite write, string updatedAt)
    {
        Bind(command, "$version", write.Result.Version);
        Bind(command, "$token", write.Token);
        Bind(command, "$state_version", RowWrite.StateVersion);
        Bind(command, "$slot", write.Slot);
        Bind(command, "$merchant_id", write.MerchantId?.ToString("D"));
        Bind(command, "$status", write.Status);
        Bind(command, "$due_at", write.DueAt is { } due ? SqliteValues.FromInstant(due) : null);
        Bind(command, "$created_at", write.CreatedAt is { } created ? SqliteValues.FromInstant(created) : null);
        Bind(command, "$updated_at", updatedAt);
        Bind(command, "$document", Encoding.UTF8.GetString(write.Document));
        Bind(command, "$waits_for", write.WaitsFor);
        Bind(command, "$waits_since", write.WaitsSince is { } since ? SqliteValues.FromInstant(since) : null);
    }

    private static void BindExpected(SqliteCommand command, RowTag expected)
    {
        Bind(command, "$expected_version", expected.Version);
        Bind(command, "$expected_token", expected.Token);
    }

    private static void BindKey(SqliteCommand command, RowKey key)
    {
        Bind(command, "$grain_type", key.GrainType);
        Bind(command, "$grain_key", key.GrainKey);
        Bind(command, "$state_name", key.StateName);
    }

    private static void Bind(SqliteCommand command, string name, object? value) => command.Parameters[name].Value = value ?? DBNull.Value;

    private RowTag? ReadTag(RowKey key)
    {
        BindKey(_readTag, key);
        using var reader = _readTag.ExecuteReader();
        return reader.Read() ? new RowTag(reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private void RollBack()
    {
        try
        {
            SqliteConnections.Execute(_connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite rolls back by itself on most errors and then refuses this; the first exception is the one that matters.
        }
    }

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.AddWithValue(name, DBNull.Value);
        command.Prepare();
        return command;
    }
}
