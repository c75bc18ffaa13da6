using Microsoft.Data.Sqlite;
using Payments.Storage.Reminders;
using Payments.Storage.Rows;
using Payments.Storage.Sqlite;

namespace Payments.Storage.Tests.Databases;

/// <summary>An SQLite file in a folder of its own.</summary>
public sealed class SqliteDatabase : TestDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("payments-sqlite-").FullName;

    public override IStateStore OpenStore() => new SqliteStateStore(Options);

    public override IReminderStore OpenReminders(IStateStore store) => new SqliteReminderStore((SqliteStateStore)store);

    public override Task ExecuteAsync(string sql)
    {
        using var connection = SqliteConnections.Open(Options.Path);
        SqliteConnections.Execute(connection, sql);
        return Task.CompletedTask;
    }

    public override Task<string?> QueryAsync(string sql)
    {
        using var connection = SqliteConnections.Open(Options.Path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Task.FromResult(command.ExecuteScalar()?.ToString());
    }

    public override Task DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    protected override Task<StorageOptions> CreateAsync() =>
        Task.FromResult(new StorageOptions { Kind = StorageKind.Sqlite, Path = Path.Combine(_folder, "payments.db") });
}
