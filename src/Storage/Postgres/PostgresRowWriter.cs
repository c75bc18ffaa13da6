using Npgsql;
using NpgsqlTypes;
using Payments.Storage.Rows;

namespace Payments.Storage.Postgres;

/// <summary>A connection that commits a batch as at most three statements (creates, updates, deletes) in one round trip and one transaction.</summary>
internal sealed class PostgresRowWriter : IRowWriter
{
    private readonly NpgsqlConnection _connection;

    private PostgresRowWriter(NpgsqlConnection connection) => _connection = connection;

    public static async Task<IRowWriter> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var prepare = new NpgsqlCommand(PostgresSql.PrepareWriter, connection);
            await prepare.ExecuteNonQueryAsync(cancellationToken);
            return new PostgresRowWriter(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<RowOutcome[]> WriteAsync(IReadOnlyList<RowWrite> batch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sorted = batch.OrderBy(static write => write.Key, RowKey.LockOrder).ToArray();
        var applied = await CommitAsync(sorted, PostgresValues.ToMicroseconds(now), cancellationToken);
        var stored = applied.Count == sorted.Length ? [] : await ReadTagsAfterCommitAsync(sorted, applied, cancellationToken);
        var outcomes = new RowOutcome[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            var write = batch[i];
            outcomes[i] = applied.Contains(write.Token)
                ? RowOutcome.Done
                : RowOutcome.FromStored(write, stored.TryGetValue(write.Token, out var tag) ? tag : null);
        }

        return outcomes;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // Npgsql sends a batch with one Sync at its end: PostgreSQL runs it as one transaction without BEGIN and COMMIT.
    private async Task<HashSet<long>> CommitAsync(RowWrite[] sorted, DateTime now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(_connection);
        AddCreates(batch, sorted, now);
        AddUpdates(batch, sorted, now);
        AddDeletes(batch, sorted);
        var applied = new HashSet<long>(sorted.Length);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
                applied.Add(reader.GetInt64(0));
        }
        while (await reader.NextResultAsync(cancellationToken));
        return applied;
    }

    private async Task<Dictionary<long, RowTag>> ReadTagsAfterCommitAsync(
        RowWrite[] sorted, HashSet<long> applied, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadTagsAsync(sorted, applied, cancellationToken);
        }
        catch (PostgresException exception)
        {
            // The batch is committed: this must never look like an error that prevented it.
            throw new NpgsqlException("The batch was committed, but its conflicts could not be read.", exception);
        }
    }

    private async Task<Dictionary<long, RowTag>> ReadTagsAsync(RowWrite[] sorted, HashSet<long> applied, CancellationToken cancellationToken)
    {
        var missed = Array.FindAll(sorted, write => !applied.Contains(write.Token));
        await using var command = new NpgsqlCommand(PostgresSql.ReadTags, _connection);
        AddKeysAndTokens(command.Parameters, missed);
        var stored = new Dictionary<long, RowTag>(missed.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            stored[reader.GetInt64(0)] = new RowTag(reader.GetInt64(1), reader.GetInt64(2));
        return stored;
    }

    private static void AddCreates(NpgsqlBatch batch, RowWrite[] sorted, DateTime now)
    {
        var writes = Array.FindAll(sorted, static write => write.Operation == RowOperation.Create);
        if (writes.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(PostgresSql.Create);
        AddKeysAndTokens(command.Parameters, writes);
        AddValues(command.Parameters, writes, now);
        batch.BatchCommands.Add(command);
    }

    private static void AddUpdates(NpgsqlBatch batch, RowWrite[] sorted, DateTime now)
    {
        var writes = Array.FindAll(sorted, static write => write.Operation == RowOperation.Update);
        if (writes.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(PostgresSql.Update);
        AddKeysAndTokens(command.Parameters, writes);
        AddValues(command.Parameters, writes, now);
        AddExpected(command.Parameters, writes);
        batch.BatchCommands.Add(command);
    }

    private static void AddDeletes(NpgsqlBatch batch, RowWrite[] sorted)
    {
        var writes = Array.FindAll(sorted, static write => write.Operation == RowOperation.Delete);
        if (writes.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(PostgresSql.Delete);
        AddKeysAndTokens(command.Parameters, writes);
        AddExpected(command.Parameters, writes);
        batch.BatchCommands.Add(command);
    }

    private static void AddKeysAndTokens(NpgsqlParameterCollection parameters, RowWrite[] writes)
    {
        parameters.AddArray(NpgsqlDbType.Text, Array.ConvertAll(writes, static write => write.Key.GrainType));
        parameters.AddArray(NpgsqlDbType.Text, Array.ConvertAll(writes, static write => write.Key.GrainKey));
        parameters.AddArray(NpgsqlDbType.Text, Array.ConvertAll(writes, static write => write.Key.StateName));
        parameters.AddArray(NpgsqlDbType.Bigint, Array.ConvertAll(writes, static write => write.Token));
    }

    private static void AddValues(NpgsqlParameterCollection parameters, RowWrite[] writes, DateTime now)
    {
        parameters.AddArray(NpgsqlDbType.Integer, Array.ConvertAll(writes, static write => write.Slot));
        parameters.AddArray(NpgsqlDbType.Uuid, Array.ConvertAll(writes, static write => write.MerchantId));
        parameters.AddArray(NpgsqlDbType.Text, Array.ConvertAll(writes, static write => write.Status));
        parameters.AddArray(NpgsqlDbType.TimestampTz, Array.ConvertAll(writes, static write => ToColumn(write.DueAt)));
        parameters.AddArray(NpgsqlDbType.TimestampTz, Array.ConvertAll(writes, static write => ToColumn(write.CreatedAt)));
        parameters.AddArray(NpgsqlDbType.Json, Array.ConvertAll(writes, static write => write.Document));
        parameters.AddArray(NpgsqlDbType.Text, Array.ConvertAll(writes, static write => write.WaitsFor));
        parameters.AddArray(NpgsqlDbType.TimestampTz, Array.ConvertAll(writes, static write => ToColumn(write.WaitsSince)));
        parameters.AddScalar(NpgsqlDbType.Integer, RowWrite.StateVersion);
        parameters.AddScalar(NpgsqlDbType.TimestampTz, now);
    }

    private static void AddExpected(NpgsqlParameterCollection parameters, RowWrite[] writes)
    {
        parameters.AddArray(NpgsqlDbType.Bigint, Array.ConvertAll(writes, static write => write.Expected.Version));
        parameters.AddArray(NpgsqlDbType.Bigint, Array.ConvertAll(writes, static write => write.Expected.Token));
    }

    private static DateTime? ToColumn(DateTimeOffset? instant) => instant is { } set ? PostgresValues.ToMicroseconds(set) : null;
}
