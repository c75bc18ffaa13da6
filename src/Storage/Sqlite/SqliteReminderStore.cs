using Microsoft.Data.Sqlite;
using Payments.Storage.Reminders;

namespace Payments.Storage.Sqlite;

/// <summary>Reminders in the SQLite file.</summary>
internal sealed class SqliteReminderStore(SqliteStateStore store) : IReminderStore
{
    private const string Columns = "grain_type, grain_key, reminder_name, grain_hash, start_at, period_ticks, etag";

    public Task UpsertAsync(ReminderRow row, CancellationToken cancellationToken) => ChangeAsync(
        $"""
        INSERT INTO reminder ({Columns}) VALUES ($type, $key, $name, $hash, $start, $period, $etag)
        ON CONFLICT (grain_type, grain_key, reminder_name)
        DO UPDATE SET grain_hash = excluded.grain_hash, start_at = excluded.start_at, period_ticks = excluded.period_ticks, etag = excluded.etag
        """,
        cancellationToken,
        ("$type", row.GrainType),
        ("$key", row.GrainKey),
        ("$name", row.Name),
        ("$hash", (long)row.Hash),
        ("$start", SqliteValues.FromInstant(row.StartAt)),
        ("$period", row.Period.Ticks),
        ("$etag", row.ETag));

    public async Task<bool> RemoveAsync(string grainType, string grainKey, string name, long etag, CancellationToken cancellationToken) =>
        await ChangeAsync(
            "DELETE FROM reminder WHERE grain_type = $type AND grain_key = $key AND reminder_name = $name AND etag = $etag",
            cancellationToken,
            ("$type", grainType),
            ("$key", grainKey),
            ("$name", name),
            ("$etag", etag)) == 1;

    public Task<IReadOnlyList<ReminderRow>> ReadGrainAsync(string grainType, string grainKey, string? name, CancellationToken cancellationToken) =>
        ReadAsync(
            $"SELECT {Columns} FROM reminder WHERE grain_type = $type AND grain_key = $key AND ($name IS NULL OR reminder_name = $name)",
            cancellationToken,
            ("$type", grainType),
            ("$key", grainKey),
            ("$name", name));

    public Task<IReadOnlyList<ReminderRow>> ReadRangeAsync(uint begin, uint end, CancellationToken cancellationToken) => ReadAsync(
        begin < end
            ? $"SELECT {Columns} FROM reminder WHERE grain_hash > $begin AND grain_hash <= $end"
            : $"SELECT {Columns} FROM reminder WHERE grain_hash > $begin OR grain_hash <= $end",
        cancellationToken,
        ("$begin", (long)begin),
        ("$end", (long)end));

    public Task ClearAsync(CancellationToken cancellationToken) => ChangeAsync("DELETE FROM reminder", cancellationToken);

    private Task<int> ChangeAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        store.Connections.UseAsync(
            lease =>
            {
                using var command = NewCommand(lease, sql, parameters);
                return command.ExecuteNonQuery();
            },
            cancellationToken);

    private Task<IReadOnlyList<ReminderRow>> ReadAsync(
        string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        store.Connections.UseAsync<IReadOnlyList<ReminderRow>>(
            lease =>
            {
                using var command = NewCommand(lease, sql, parameters);
                using var reader = command.ExecuteReader();
                var rows = new List<ReminderRow>();
                while (reader.Read())
                    rows.Add(ReadRow(reader));
                return rows;
            },
            cancellationToken);

    private static SqliteCommand NewCommand(SqliteLease lease, string sql, (string Name, object? Value)[] parameters)
    {
        var command = lease.NewCommand(sql);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private static ReminderRow ReadRow(SqliteDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetString(2),
        (uint)reader.GetInt64(3),
        SqliteValues.ToInstant(reader.GetString(4)),
        TimeSpan.FromTicks(reader.GetInt64(5)),
        reader.GetInt64(6));
}
