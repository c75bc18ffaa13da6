using Orleans;
using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Storage.Rows;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>Finding what is due. Each test has the whole database to itself, since the index is about all of it.</summary>
public abstract class DueIndexCompliance(StorageDatabase database) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);
    private IOpenStorage _storage = null!;

    public async Task InitializeAsync()
    {
        _storage = await database.OpenAsync();
        await database.ExecuteAsync("DELETE FROM grain_state");
    }

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [DatabaseFact]
    public async Task What_is_due_comes_longest_overdue_first_and_no_more_than_asked()
    {
        var grains = new List<GrainId>();
        foreach (var minute in new[] { -1, -30, 0, -10, 1, 60 })
            grains.Add(await WriteAsync(Noon.AddMinutes(minute)));
        await WriteAsync(dueAt: null);
        Assert.Equal([grains[1], grains[3], grains[0], grains[2]], await DueAsync(0, 1, 100));
        Assert.Equal([grains[1], grains[3]], await DueAsync(0, 1, 2));
    }

    [DatabaseFact]
    public async Task Due_times_are_exact_to_the_microsecond_and_in_any_offset()
    {
        var atNoon = await WriteAsync(Noon.ToOffset(TimeSpan.FromHours(-9)));
        var before = await WriteAsync(Noon.AddMicroseconds(-1));
        await WriteAsync(Noon.AddMicroseconds(1));
        Assert.Equal([before, atNoon], await DueAsync(0, 1, 100));
    }

    [DatabaseFact]
    public async Task Any_number_of_shards_covers_everything_exactly_once()
    {
        var all = new HashSet<GrainId>();
        for (var i = 0; i < 300; i++)
            all.Add(await WriteAsync(Noon.AddSeconds(-i)));
        foreach (var shards in new[] { 1, 2, 7, 16, 64 })
        {
            var found = new List<GrainId>();
            for (var shard = 0; shard < shards; shard++)
                found.AddRange(await DueAsync(shard, shards, 1000));
            Assert.Equal(all.Count, found.Count);
            Assert.Equal(all, found.ToHashSet());
        }
    }

    [DatabaseFact]
    public async Task A_grain_leaves_the_index_when_it_is_no_longer_due_or_gone()
    {
        var settled = Order.NewGrain();
        var state = new GrainState<Order>(new Order { DueAt = Noon });
        await _storage.Grains.WriteStateAsync("state", settled, state);
        var gone = Order.NewGrain();
        var goneState = new GrainState<Order>(new Order { DueAt = Noon });
        await _storage.Grains.WriteStateAsync("state", gone, goneState);
        state.State!.DueAt = null;
        await _storage.Grains.WriteStateAsync("state", settled, state);
        await _storage.Grains.ClearStateAsync("state", gone, goneState);
        Assert.Empty(await DueAsync(0, 1, 10));
    }

    [DatabaseFact]
    public async Task A_grain_with_two_due_states_is_named_once()
    {
        var grain = Order.NewGrain();
        await _storage.Grains.WriteStateAsync("a", grain, new GrainState<Order>(new Order { DueAt = Noon }));
        await _storage.Grains.WriteStateAsync("b", grain, new GrainState<Order>(new Order { DueAt = Noon.AddHours(-1) }));
        Assert.Equal([grain], await DueAsync(0, 1, 10));
    }

    [DatabaseFact]
    public async Task Shards_and_limits_out_of_range_are_refused()
    {
        foreach (var (shard, shards, limit) in new[] { (-1, 4, 1), (4, 4, 1), (0, 0, 1), (0, 1, 0), (0, GrainSlot.Count + 1, 1) })
            await Assert.ThrowsAnyAsync<ArgumentOutOfRangeException>(() => DueAsync(shard, shards, limit));
    }

    [DatabaseFact]
    public async Task The_backlog_counts_what_waits_by_status_and_knows_the_oldest()
    {
        Assert.Equal((0, null), await BacklogAsync());
        await WriteAsync(Noon, "CANCEL_INITIALIZED");
        await WriteAsync(Noon.AddMinutes(-5), "CANCEL_INITIALIZED");
        await WriteAsync(Noon.AddMinutes(5), "CANCELLED");
        await WriteAsync(dueAt: null, "COMPLETED");
        var backlog = await _storage.Statistics.ReadBacklogAsync(CancellationToken.None);
        Assert.Equal(new Dictionary<string, long> { ["CANCEL_INITIALIZED"] = 2, ["CANCELLED"] = 1 }, backlog.PendingByStatus);
        Assert.Equal(Noon.AddMinutes(-5), backlog.OldestDue);
    }

    [DatabaseFact]
    public async Task What_operators_count_is_counted_by_what_it_waits_for_and_forgotten_when_it_does_not()
    {
        var none = await _storage.Statistics.ReadWaitingAsync(CancellationToken.None);
        Assert.Empty(none.Rows);
        Assert.Null(none.EarliestDue);

        await WaitAsync("order", new(WaitingFor.Cancel, Noon.AddMicroseconds(-7)));
        await WaitAsync("order", new(WaitingFor.Cancel, Noon.ToOffset(TimeSpan.FromHours(5))));
        await WaitAsync("request", new(WaitingFor.Cancel, Noon.AddHours(1)));
        await WaitAsync("order", new(WaitingFor.Operator, Noon));
        await WaitAsync("order", new(WaitingFor.DeadLetter, Noon));
        await WaitAsync("order", new(WaitingFor.Settlement, Noon));
        await WriteAsync(Noon.AddMinutes(3));
        var (settled, state) = await WaitAsync("order", new(WaitingFor.Cancel, Noon.AddDays(-1)));
        state.State!.Waiting = null;
        await _storage.Grains.WriteStateAsync("state", settled, state);

        var waiting = await _storage.Statistics.ReadWaitingAsync(CancellationToken.None);
        Assert.Equal(
            [
                new WaitingRows(WaitingFor.Cancel, "order", 2, Noon.AddMicroseconds(-7)), new WaitingRows(WaitingFor.Cancel, "request", 1, Noon.AddHours(1)),
                new WaitingRows(WaitingFor.Settlement, "order", 1, Noon), new WaitingRows(WaitingFor.Operator, "order", 1, Noon),
                new WaitingRows(WaitingFor.DeadLetter, "order", 1, Noon),
            ],
            waiting.Rows.OrderBy(static rows => rows.For).ThenBy(static rows => rows.GrainType));
        Assert.Equal(Noon.AddMinutes(3), waiting.EarliestDue);
    }

    [DatabaseFact]
    public async Task What_waits_is_listed_longest_waiting_first_page_by_page_whatever_is_in_its_document()
    {
        var waiting = new List<GrainId>();
        for (var i = 0; i < 5; i++)
            waiting.Add((await WaitAsync(i % 2 == 0 ? "order" : "request", new(WaitingFor.Operator, Noon.AddMicroseconds(i / 2)))).Grain);
        await WaitAsync("order", new(WaitingFor.Cancel, Noon));
        await database.ExecuteAsync("UPDATE grain_state SET document = '[]' WHERE waits_for = 'operator' AND grain_type = 'request'");

        var listed = new List<WaitingEntry>();
        WaitingPosition? after = null;
        for (IReadOnlyList<WaitingEntry> page; (page = await _storage.Operators.ListWaitingAsync(WaitingFor.Operator, after, 2, default)).Count > 0;)
        {
            listed.AddRange(page);
            after = page[^1].Position;
        }

        Assert.Equal(waiting.Order(), listed.Select(entry => entry.Grain).Order());
        Assert.Equal(listed.OrderBy(entry => entry.Since).ThenBy(entry => entry.Position.Key, StringComparer.Ordinal), listed);
        Assert.Equal((Noon, Noon.AddMicroseconds(2)), (listed[0].Since, listed[^1].Since));
        Assert.Empty(await _storage.Operators.ListWaitingAsync(WaitingFor.DeadLetter, null, 10, default));
    }

    private async Task<(GrainId Grain, GrainState<Order> State)> WaitAsync(string type, Waiting waiting)
    {
        var grain = Order.NewGrain(type);
        var state = new GrainState<Order>(new Order { Waiting = waiting });
        await _storage.Grains.WriteStateAsync("state", grain, state);
        return (grain, state);
    }

    private async Task<(int Statuses, DateTimeOffset? Oldest)> BacklogAsync()
    {
        var backlog = await _storage.Statistics.ReadBacklogAsync(CancellationToken.None);
        return (backlog.PendingByStatus.Count, backlog.OldestDue);
    }

    private async Task<GrainId> WriteAsync(DateTimeOffset? dueAt, string status = "PENDING")
    {
        var grain = Order.NewGrain();
        await _storage.Grains.WriteStateAsync("state", grain, new GrainState<Order>(new Order { DueAt = dueAt, Status = status }));
        return grain;
    }

    private Task<IReadOnlyList<GrainId>> DueAsync(int shard, int shards, int limit) =>
        _storage.Index.ReadDueAsync(shard, shards, Noon, limit, CancellationToken.None);
}
