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

    internal static Task<int> MigrateAsync(StorageOptions options) =>
        StorageMigrator.MigrateAsync(options, TimeProvider.System, logger: null, CancellationToken.None);

    internal static void AssertOneLine(string message) => Assert.DoesNotContain('\n', message);
}

public sealed class SqliteMigrationTests(EmptySqliteFiles databases) : MigrationCompliance(databases), IClassFixture<EmptySqliteFiles>;

[RequiresPostgres]
public sealed class PostgresMigrationTests(EmptyPostgresDatabases databases) : MigrationCompliance(databases), IClassFixture<EmptyPostgresDatabases>;
