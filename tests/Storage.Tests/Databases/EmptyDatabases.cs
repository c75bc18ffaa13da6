using Microsoft.Data.Sqlite;
using Npgsql;
using Payments.Testing;

namespace Payments.Storage.Tests.Databases;

/// <summary>Databases without any schema, removed after the test class.</summary>
public abstract class EmptyDatabases : IAsyncLifetime
{
    public abstract Task<StorageOptions> CreateEmptyAsync();

    /// <summary>Runs SQL beside the storage.</summary>
    /// <returns>The first value, as text.</returns>
    public abstract Task<string?> QueryAsync(StorageOptions options, string sql);

    public Task InitializeAsync() => Task.CompletedTask;

    public abstract Task DisposeAsync();
}

public sealed class EmptySqliteFiles : EmptyDatabases
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("payments-sqlite-").FullName;

    public override Task<StorageOptions> CreateEmptyAsync() =>
        Task.FromResult(new StorageOptions { Path = Path.Combine(Folder, "new", "folders", $"{Guid.NewGuid():N}.db") });

    public override async Task<string?> QueryAsync(StorageOptions options, string sql)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(options.Path)!);
        await using var connection = new SqliteConnection($"Data Source={options.Path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public override Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}

public sealed class EmptyPostgresDatabases : EmptyDatabases
{
    private readonly List<string> _created = [];

    public override async Task<StorageOptions> CreateEmptyAsync()
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync();
        _created.Add(connectionString);
        return new StorageOptions { Kind = StorageKind.Postgres, ConnectionString = connectionString };
    }

    public override async Task<string?> QueryAsync(StorageOptions options, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(options.ConnectionString!) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public override async Task DisposeAsync()
    {
        foreach (var database in _created)
            await TestPostgres.DropDatabaseAsync(database);
    }
}
