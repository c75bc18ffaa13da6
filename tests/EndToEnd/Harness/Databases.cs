using Microsoft.Data.Sqlite;
using Npgsql;
using Payments.Testing;

namespace Payments.EndToEnd.Harness;

/// <summary>A deployment on a SQLite file.</summary>
public class SqliteDeployment : Deployment
{
    /// <inheritdoc />
    public override async Task<IAsyncDisposable> HoldWritesAsync()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(DataDirectory, "payments.db"),
            Pooling = false,
        }.ToString());
        await connection.OpenAsync();
        await using var command = new SqliteCommand("BEGIN IMMEDIATE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <inheritdoc />
    public override async Task<(long Version, string Status)?> RowAsync(string grainType, string grainKey)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(DataDirectory, "payments.db"),
            Pooling = false,
        }.ToString());
        await connection.OpenAsync();
        await using var command = new SqliteCommand("SELECT version, status FROM grain_state WHERE grain_type = $type AND grain_key = $key", connection);
        command.Parameters.AddWithValue("$type", grainType);
        command.Parameters.AddWithValue("$key", grainKey);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? (reader.GetInt64(0), reader.GetString(1)) : null;
    }

    /// <inheritdoc />
    public override async Task SpoilAsync(string grainType, string grainKey)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(DataDirectory, "payments.db"),
            Pooling = false,
        }.ToString());
        await connection.OpenAsync();
        await using var command = new SqliteCommand("UPDATE grain_state SET document = '[]' WHERE grain_type = $type AND grain_key = $key", connection);
        command.Parameters.AddWithValue("$type", grainType);
        command.Parameters.AddWithValue("$key", grainKey);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}

/// <summary>A deployment on a real PostgreSQL.</summary>
public class PostgresDeployment : Deployment
{
    /// <inheritdoc />
    protected override bool Available => TestPostgres.Available;

    /// <inheritdoc />
    public override async Task<IAsyncDisposable> HoldWritesAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE grain_state IN EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <inheritdoc />
    public override async Task<(long Version, string Status)?> RowAsync(string grainType, string grainKey)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT version, status FROM grain_state WHERE grain_type = $1 AND grain_key = $2", connection)
        {
            Parameters = { new() { Value = grainType }, new() { Value = grainKey } },
        };
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? (reader.GetInt64(0), reader.GetString(1)) : null;
    }

    /// <inheritdoc />
    public override async Task SpoilAsync(string grainType, string grainKey)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("UPDATE grain_state SET document = '[]' WHERE grain_type = $1 AND grain_key = $2", connection)
        {
            Parameters = { new() { Value = grainType }, new() { Value = grainKey } },
        };
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    /// <inheritdoc />
    protected override async Task<string?> CreateDatabaseAsync() => await TestPostgres.CreateDatabaseAsync();

    /// <inheritdoc />
    protected override Task DropDatabaseAsync(string database) => TestPostgres.DropDatabaseAsync(database);
}

/// <summary>Tests that share one deployment on SQLite, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class OnSqlite : ICollectionFixture<SqliteDeployment>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "SQLite";
}

/// <summary>Tests that share one deployment on PostgreSQL, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class OnPostgres : ICollectionFixture<PostgresDeployment>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "PostgreSQL";
}

/// <summary>Tests with crashes and lost answers share another deployment on SQLite: they mostly wait, so they run beside the others.</summary>
[CollectionDefinition(Name)]
public sealed class FaultsOnSqlite : ICollectionFixture<SqliteDeployment>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "SQLite, faults";
}

/// <summary>Tests with crashes and lost answers share another deployment on PostgreSQL.</summary>
[CollectionDefinition(Name)]
public sealed class FaultsOnPostgres : ICollectionFixture<PostgresDeployment>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "PostgreSQL, faults";
}
