using Payments.Storage.Migrations;
using Payments.Storage.Tests.Databases;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>Bringing a database to this program's schema.</summary>
public abstract class MigrationCompliance(EmptyDatabases databases)
{
    [DatabaseFact]
    public async Task Eight_starters_at_once_migrate_once()
    {
        for (var round = 0; round < 3; round++)
        {
            var options = await databases.CreateEmptyAsync();
            var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => MigrateAsync(options))));
            var latest = MigrationScripts.For(options.Kind).Count;
            Assert.All(versions, version => Assert.Equal(latest, version));
            Assert.Equal($"{latest}", await databases.QueryAsync(options, "SELECT count(*) FROM schema_version"));
            Assert.Equal("0", await databases.QueryAsync(options, "SELECT count(*) FROM grain_state"));
        }
    }

    [DatabaseFact]
    public async Task Migrating_again_keeps_the_data()
    {
        var options = await databases.CreateEmptyAsync();
        await MigrateAsync(options);
        await databases.QueryAsync(options, "DELETE FROM reminder");
        await databases.QueryAsync(options, "INSERT INTO reminder VALUES ('t', 'k', 'n', 1, '2030-01-01T00:00:00.000000Z', 1, 1)");
        await MigrateAsync(options);
        Assert.Equal("1", await databases.QueryAsync(options, "SELECT count(*) FROM reminder"));
    }

    [DatabaseFact]
    public async Task A_newer_database_is_refused_and_left_alone()
    {
        var options = await databases.CreateEmptyAsync();
        var latest = await MigrateAsync(options);
        var future = $"({latest + 1}, 'future', '2030-01-01T00:00:00.000000Z')";
        await databases.QueryAsync(options, $"INSERT INTO schema_version (version, name, applied_at) VALUES {future}");
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => MigrateAsync(options));
        Assert.Contains($"schema version {latest + 1}; this program knows up to {latest}", refused.Message, StringComparison.Ordinal);
        AssertOneLine(refused.Message);
    }

    [DatabaseFact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        var options = await databases.CreateEmptyAsync();
        await databases.QueryAsync(options, "CREATE TABLE reminder (foreign_table integer)");
        var failed = await Assert.ThrowsAsync<StorageUnavailableException>(() => MigrateAsync(options));
        Assert.Contains("already exists", failed.Message, StringComparison.Ordinal);
        AssertOneLine(failed.Message);
        Assert.NotNull(await Outcome.OfAsync(databases.QueryAsync(options, "SELECT count(*) FROM grain_state")));
        await databases.QueryAsync(options, "DROP TABLE reminder");
        await MigrateAsync(options);
        Assert.Equal("0", await databases.QueryAsync(options, "SELECT count(*) FROM grain_state"));
    }

    [DatabaseFact]
    public async Task Rows_of_the_version_without_creation_times_get_theirs_from_their_document()
    {
        var options = await databases.CreateEmptyAsync();
        await MigrateToAsync(options, version: 2);
        await InsertAsync("payment", "a", "2026-04-04T10:11:12.3456789+00:00", @"half an emoji: \ud83d, a zero: \u0000");
        await InsertAsync("payment", "b", "2026-04-04T10:11:12.5+00:00", "");
        await InsertAsync("payment-request", "c", "2026-04-04T10:11:12+00:00", "");
        await InsertAsync("retry", "d", "2026-04-04T10:11:12+00:00", "");
        await MigrateAsync(options);

        Assert.StartsWith("2026-04-04 10:11:12.34567", await CreatedAsync("a"), StringComparison.Ordinal);
        Assert.StartsWith("2026-04-04 10:11:12.5", await CreatedAsync("b"), StringComparison.Ordinal);
        Assert.StartsWith("2026-04-04 10:11:12", await CreatedAsync("c"), StringComparison.Ordinal);
        Assert.Equal("", await CreatedAsync("d"));

        Task InsertAsync(string type, string key, string created, string text) => databases.QueryAsync(options, $$"""
            INSERT INTO grain_state (grain_type, grain_key, state_name, version, write_token, state_version, slot, merchant_id, updated_at, document)
            VALUES ('{{type}}', '{{key}}', '{{type}}', 1, 1, 2, 1, 'b955db5e-aef2-47de-bbb9-c80b9cc16e8f', '2026-04-05T00:00:00.000000Z',
                '{"Text":"{{text}}","Outbox":[{"CreatedAt":"2020-01-01T00:00:00+00:00"}],"CreatedAt":"{{created}}","UpdatedAt":"2026-04-05T00:00:00+00:00"}')
            """);
        async Task<string?> CreatedAsync(string key) => (await databases.QueryAsync(
            options, $"SELECT coalesce(CAST({UtcColumn} AS text), '') FROM grain_state WHERE grain_key = '{key}'"))?.Replace('T', ' ');
    }

    /// <summary><c>created_at</c> in UTC.</summary>
    protected abstract string UtcColumn { get; }

    private async Task MigrateToAsync(StorageOptions options, int version)
    {
        await databases.QueryAsync(
            options, "CREATE TABLE schema_version (version integer PRIMARY KEY, name text NOT NULL, applied_at text DEFAULT 'then')");
        foreach (var script in MigrationScripts.For(options.Kind).Take(version))
        {
            await databases.QueryAsync(options, script.Sql);
            await databases.QueryAsync(options, $"INSERT INTO schema_version (version, name) VALUES ({script.Version}, '{script.Name}')");
        }
    }

    internal static Task<int> MigrateAsync(StorageOptions options) =>
        StorageMigrator.MigrateAsync(options, TimeProvider.System, logger: null, CancellationToken.None);

    internal static void AssertOneLine(string message) => Assert.DoesNotContain('\n', message);
}

public sealed class SqliteMigrationTests(EmptySqliteFiles databases) : MigrationCompliance(databases), IClassFixture<EmptySqliteFiles>
{
    protected override string UtcColumn => "created_at";
}

[RequiresPostgres]
public sealed class PostgresMigrationTests(EmptyPostgresDatabases databases) : MigrationCompliance(databases), IClassFixture<EmptyPostgresDatabases>
{
    protected override string UtcColumn => "created_at AT TIME ZONE 'UTC'";
}
