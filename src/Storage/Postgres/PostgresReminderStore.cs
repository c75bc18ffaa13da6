using Npgsql;
using NpgsqlTypes;
using Payments.Storage.Reminders;

namespace Payments.Storage.Postgres;

/// <summary>Reminders in PostgreSQL.</summary>
internal sealed class PostgresReminderStore(PostgresStateStore store) : IReminderStore
{
    private const string Columns = "grain_type, grain_key, reminder_name, grain_hash, start_at, period_ticks, etag";

    public async Task UpsertAsync(ReminderRow row, CancellationToken cancellationToken)
    {
        await using var command = store.Readers.CreateCommand($"""
            INSERT INTO reminder ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (grain_type, grain_key, reminder_name)
            DO UPDATE SET grain_hash = excluded.grain_hash, start_at = excluded.start_at, period_ticks = excluded.period_ticks, etag = excluded.etag
            """);
        AddKey(command, row.GrainType, row.GrainKey);
        command.Parameters.AddScalar(NpgsqlDbType.Text, row.Name);
        command.Parameters.AddScalar(NpgsqlDbType.Bigint, (long)row.Hash);
        command.Parameters.AddScalar(NpgsqlDbType.TimestampTz, PostgresValues.ToMicroseconds(row.StartAt));
        command.Parameters.AddScalar(NpgsqlDbType.Bigint, row.Period.Ticks);
        command.Parameters.AddScalar(NpgsqlDbType.Bigint, row.ETag);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<bool> RemoveAsync(string grainType, string grainKey, string name, long etag, CancellationToken cancellationToken)
    {
        await using var command = store.Readers.CreateCommand(
            "DELETE FROM reminder WHERE grain_type = $1 AND grain_key = $2 AND reminder_name = $3 AND etag = $4");
        AddKey(command, grainType, grainKey);
        command.Parameters.AddScalar(NpgsqlDbType.Text, name);
        command.Parameters.AddScalar(NpgsqlDbType.Bigint, etag);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<IReadOnlyList<ReminderRow>> ReadGrainAsync(string grainType, string grainKey, string? name, CancellationToken cancellationToken)
    {
        var onlyName = name is null ? "" : " AND reminder_name = $3";
        await using var command = store.Readers.CreateCommand($"SELECT {Columns} FROM reminder WHERE grain_type = $1 AND grain_key = $2{onlyName}");
        AddKey(command, grainType, grainKey);
        if (name is not null)
            command.Parameters.AddScalar(NpgsqlDbType.Text, name);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<IReadOnlyList<ReminderRow>> ReadRangeAsync(uint begin, uint end, CancellationToken cancellationToken)
    {
        var both = begin < end ? "AND" : "OR";
        await using var command = store.Readers.CreateCommand($"SELECT {Columns} FROM reminder WHERE grain_hash > $1 {both} grain_hash <= $2");
        command.Parameters.AddScalar(NpgsqlDbType.Bigint, (long)begin);
        command.Parameters.AddScalar(NpgsqlDbType.Bigint, (long)end);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        await using var command = store.Readers.CreateCommand("DELETE FROM reminder");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddKey(NpgsqlCommand command, string grainType, string grainKey)
    {
        command.Parameters.AddScalar(NpgsqlDbType.Text, grainType);
        command.Parameters.AddScalar(NpgsqlDbType.Text, grainKey);
    }

    private static async Task<IReadOnlyList<ReminderRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<ReminderRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new ReminderRow(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                (uint)reader.GetInt64(3),
                reader.GetFieldValue<DateTimeOffset>(4),
                TimeSpan.FromTicks(reader.GetInt64(5)),
                reader.GetInt64(6)));
        }

        return rows;
    }
}
