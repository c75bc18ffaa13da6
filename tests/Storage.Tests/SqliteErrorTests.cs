using Microsoft.Data.Sqlite;
using Payments.Storage.Sqlite;
using Payments.Storage.Tests.Databases;

namespace Payments.Storage.Tests;

/// <summary>What an operator reads when the file cannot be used.</summary>
public sealed class SqliteErrorTests(EmptySqliteFiles files) : IClassFixture<EmptySqliteFiles>
{
    [Fact]
    public async Task A_file_that_is_not_a_database_is_named_and_left_alone()
    {
        var path = NewPath();
        var garbage = Enumerable.Range(0, 5000).Select(static i => (byte)(i * 7)).ToArray();
        await File.WriteAllBytesAsync(path, garbage);
        await AssertRefusedAsync(path, "is not a database");
        Assert.Equal(garbage, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task A_truncated_database_is_refused()
    {
        var path = NewPath();
        await MigrationCompliance.MigrateAsync(new StorageOptions { Path = path });
        await using (var file = File.OpenWrite(path))
        {
            file.Position = 100;
            file.Write(new byte[8192]);
        }

        await AssertRefusedAsync(path, "The SQLite database");
    }

    [Fact]
    public async Task A_directory_in_place_of_the_file_is_named() => await AssertRefusedAsync(files.Folder, "is a directory");

    [Fact]
    public async Task A_file_in_place_of_the_directory_is_named()
    {
        var file = NewPath();
        await File.WriteAllTextAsync(file, "");
        await AssertRefusedAsync(Path.Combine(file, "payments.db"), "its directory cannot be created");
    }

    [Fact]
    public async Task A_read_only_file_is_named_even_for_root()
    {
        var path = NewPath();
        await MigrationCompliance.MigrateAsync(new StorageOptions { Path = path });
        File.SetAttributes(path, FileAttributes.ReadOnly);
        await AssertRefusedAsync(path, "is read-only");
        File.SetAttributes(path, FileAttributes.Normal);
        await MigrationCompliance.MigrateAsync(new StorageOptions { Path = path });
    }

    [Fact]
    public async Task A_missing_path_is_named()
    {
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => MigrationCompliance.MigrateAsync(new StorageOptions { Path = " " }));
        Assert.Contains("Path", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, "is read-only")]
    [InlineData(14, "cannot be opened")]
    [InlineData(13, "the disk is full")]
    [InlineData(5, "is locked by another process")]
    [InlineData(10, "I/O error")]
    public void Every_result_code_that_an_operator_can_mend_says_what_to_do(int code, string expected) =>
        Assert.Contains(expected, SqliteErrors.Describe(new SqliteException("x", code), "payments.db").Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_write_waits_for_another_process_that_holds_the_lock()
    {
        var options = new StorageOptions { Path = NewPath() };
        await MigrationCompliance.MigrateAsync(options);
        await using var storage = new StorageUnderTest(new SqliteStateStore(options), options);
        using var other = SqliteConnections.Open(options.Path);
        SqliteConnections.Execute(other, "BEGIN IMMEDIATE");
        var grain = Order.NewGrain();
        var write = storage.Grains.WriteStateAsync("state", grain, new GrainState<Order>(new Order()));
        await storage.Grains.ReadStateAsync("state", grain, new GrainState<Order>());
        Assert.False(write.IsCompleted);
        SqliteConnections.Execute(other, "COMMIT");
        await write;
    }

    [Fact]
    public async Task A_lock_that_is_never_released_ends_with_the_timeout()
    {
        var options = new StorageOptions { Path = NewPath(), WriteTimeout = TimeSpan.FromMilliseconds(200) };
        await MigrationCompliance.MigrateAsync(options);
        await using var storage = new StorageUnderTest(new SqliteStateStore(options), options);
        using var other = SqliteConnections.Open(options.Path);
        SqliteConnections.Execute(other, "BEGIN IMMEDIATE");
        var write = storage.Grains.WriteStateAsync("state", Order.NewGrain(), new GrainState<Order>(new Order()));
        await Assert.ThrowsAsync<StorageWriteException>(() => write);
        SqliteConnections.Execute(other, "COMMIT");
    }

    [Fact]
    public async Task Every_connection_syncs_on_commit_and_the_file_has_a_write_ahead_log()
    {
        var options = new StorageOptions { Path = NewPath() };
        await MigrationCompliance.MigrateAsync(options);
        using var connection = SqliteConnections.Open(options.Path);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous";
        Assert.Equal(2L, command.ExecuteScalar());
        command.CommandText = "PRAGMA journal_mode";
        Assert.Equal("wal", command.ExecuteScalar());
    }

    private static async Task AssertRefusedAsync(string path, string expected)
    {
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => MigrationCompliance.MigrateAsync(new StorageOptions { Path = path }));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        MigrationCompliance.AssertOneLine(refused.Message);
    }

    private string NewPath() => Path.Combine(files.Folder, $"{Guid.NewGuid():N}.db");
}
