using Payments.Storage.Reminders;
using Payments.Storage.Tests.Databases;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>What Orleans expects of a reminder table.</summary>
public abstract class ReminderTableCompliance(TestDatabase database) : IAsyncLifetime
{
    private static readonly DateTime Start = new(2031, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private StorageUnderTest _storage = null!;
    private SqlReminderTable _table = null!;

    public async Task InitializeAsync()
    {
        _storage = database.OpenStorage();
        _table = new SqlReminderTable(database.OpenReminders(_storage.Store));
        await _table.StartAsync();
        await _table.TestOnlyClearTable();
    }

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [DatabaseFact]
    public async Task A_reminder_is_read_back_as_it_was_registered()
    {
        var entry = NewEntry(Order.NewGrain(), "foo/bar\\#b_a_z? ü");
        var etag = await _table.UpsertRow(entry);
        var read = await _table.ReadRow(entry.GrainId, entry.ReminderName);
        Assert.NotNull(read);
        Assert.Equal(
            (entry.GrainId, entry.ReminderName, entry.StartAt, entry.Period, etag),
            (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
        Assert.Null(await _table.ReadRow(entry.GrainId, "another"));
        Assert.Null(await _table.ReadRow(Order.NewGrain(), entry.ReminderName));
    }

    [DatabaseFact]
    public async Task Upsert_replaces_and_gives_a_new_etag()
    {
        var entry = NewEntry(Order.NewGrain(), "r");
        var first = await _table.UpsertRow(entry);
        entry.Period = TimeSpan.FromHours(7);
        entry.StartAt = DateTime.SpecifyKind(Start.AddDays(1), DateTimeKind.Unspecified);
        var second = await _table.UpsertRow(entry);
        Assert.NotEqual(first, second);
        var read = Assert.Single((await _table.ReadRows(entry.GrainId)).Reminders);
        Assert.Equal((TimeSpan.FromHours(7), Start.AddDays(1), second), (read.Period, read.StartAt, read.ETag));
    }

    [DatabaseFact]
    public async Task Parallel_upserts_all_succeed_with_different_etags()
    {
        var grain = Order.NewGrain();
        var etags = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => _table.UpsertRow(NewEntry(grain, "r")))));
        Assert.Equal(20, etags.Distinct().Count());
        Assert.Contains(Assert.Single((await _table.ReadRows(grain)).Reminders).ETag, etags);
    }

    [DatabaseFact]
    public async Task Remove_needs_the_current_etag_and_works_once()
    {
        var entry = NewEntry(Order.NewGrain(), "r");
        var old = await _table.UpsertRow(entry);
        var current = await _table.UpsertRow(entry);
        Assert.False(await _table.RemoveRow(entry.GrainId, "r", old!));
        Assert.False(await _table.RemoveRow(entry.GrainId, "r", "nonsense"));
        Assert.False(await _table.RemoveRow(entry.GrainId, "other", current!));
        Assert.True(await _table.RemoveRow(entry.GrainId, "r", current!));
        Assert.False(await _table.RemoveRow(entry.GrainId, "r", current!));
        Assert.Empty((await _table.ReadRows(entry.GrainId)).Reminders);
    }

    [DatabaseFact]
    public async Task The_handle_of_a_removed_reminder_does_not_remove_its_successor()
    {
        var entry = NewEntry(Order.NewGrain(), "r");
        var removed = await _table.UpsertRow(entry);
        Assert.True(await _table.RemoveRow(entry.GrainId, "r", removed!));
        await _table.UpsertRow(entry);
        Assert.False(await _table.RemoveRow(entry.GrainId, "r", removed!));
        Assert.NotNull(await _table.ReadRow(entry.GrainId, "r"));
    }

    [DatabaseFact]
    public async Task Ranges_exclude_their_begin_include_their_end_and_wrap_around()
    {
        var entries = Enumerable.Range(0, 200).Select(_ => NewEntry(Order.NewGrain(), "r")).ToArray();
        foreach (var entry in entries)
            await _table.UpsertRow(entry);
        var hashes = entries.Select(static entry => entry.GrainId.GetUniformHashCode()).Order().ToArray();
        await AssertRangeAsync(0, uint.MaxValue, entries);
        await AssertRangeAsync(0, 0, entries);
        await AssertRangeAsync(hashes[50], hashes[150], entries);
        await AssertRangeAsync(hashes[150], hashes[50], entries);
        await AssertRangeAsync(hashes[7], hashes[7], entries);
        await AssertRangeAsync(hashes[0] - 1, hashes[0], entries);
        await AssertRangeAsync(hashes[^1], hashes[0], entries);
        await AssertRangeAsync(int.MaxValue, 1u << 31, entries);
    }

    [DatabaseFact]
    public async Task Clearing_the_table_clears_the_table()
    {
        await _table.UpsertRow(NewEntry(Order.NewGrain(), "r"));
        await _table.TestOnlyClearTable();
        Assert.Empty((await _table.ReadRows(0, 0)).Reminders);
    }

    private async Task AssertRangeAsync(uint begin, uint end, ReminderEntry[] all)
    {
        var expected = all.Select(static entry => entry.GrainId).Where(grain =>
        {
            var hash = grain.GetUniformHashCode();
            return begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
        });
        var found = (await _table.ReadRows(begin, end)).Reminders.Select(static entry => entry.GrainId);
        Assert.Equal(expected.Order(), found.Order());
    }

    private static ReminderEntry NewEntry(GrainId grain, string name) =>
        new() { GrainId = grain, ReminderName = name, StartAt = Start, Period = TimeSpan.FromMinutes(1) };
}

public sealed class SqliteReminderTableTests(SqliteDatabase database) : ReminderTableCompliance(database), IClassFixture<SqliteDatabase>;

[RequiresPostgres]
public sealed class PostgresReminderTableTests(PostgresDatabase database) : ReminderTableCompliance(database), IClassFixture<PostgresDatabase>;
