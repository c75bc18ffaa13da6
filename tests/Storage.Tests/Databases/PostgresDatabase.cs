using Npgsql;
using Payments.Storage.Postgres;
using Payments.Storage.Reminders;
using Payments.Storage.Rows;
using Payments.Testing;

namespace Payments.Storage.Tests.Databases;

/// <summary>A database on a real PostgreSQL server, written by two connections.</summary>
public sealed class PostgresDatabase : TestDatabase
{
    public override IStateStore OpenStore() => new PostgresStateStore(Options);

    public override IReminderStore OpenReminders(IStateStore store) => new PostgresReminderStore((PostgresStateStore)store);

    public override Task ExecuteAsync(string sql) => TestPostgres.ExecuteAsync(Options.ConnectionString!, sql);

    public override async Task<string?> QueryAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Options.ConnectionString!) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    // Without a server nothing was created: all tests of the class are reported as skipped.
    public override Task DisposeAsync() =>
        Options.ConnectionString is { } database ? TestPostgres.DropDatabaseAsync(database) : Task.CompletedTask;

    protected override async Task<StorageOptions> CreateAsync() => new()
    {
        Kind = StorageKind.Postgres,
        ConnectionString = await TestPostgres.CreateDatabaseAsync(),
        Writers = 2,
    };
}
