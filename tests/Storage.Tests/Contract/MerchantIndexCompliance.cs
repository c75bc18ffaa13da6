using Orleans;
using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>Reading what is a merchant's, page by page.</summary>
public abstract class MerchantIndexCompliance(StorageDatabase database) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);
    private readonly Guid _merchant = Guid.NewGuid();
    private IOpenStorage _storage = null!;

    public async Task InitializeAsync() => _storage = await database.OpenAsync();

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [DatabaseFact]
    public async Task A_merchant_s_states_come_newest_first_and_nobody_else_s_come_at_all()
    {
        await WriteAsync("middle", Noon);
        await WriteAsync("oldest", Noon.AddDays(-1));
        await WriteAsync("newest", Noon.AddMicroseconds(1));
        await WriteAsync("in no list", createdAt: null);
        await WriteAsync("other merchant", Noon, merchant: Guid.NewGuid());
        await WriteAsync("other type", Noon, type: "parcel");
        await WriteAsync("other state", Noon, stateName: "draft");

        Assert.Equal(["newest", "middle", "oldest"], Texts(await ReadAsync()));
        Assert.Equal(["other type"], Texts(await _storage.Listing.ReadPageAsync<Order>("parcel", "state", All(_merchant), CancellationToken.None)));
        Assert.Empty(await _storage.Listing.ReadPageAsync<Order>("order", "state", All(Guid.NewGuid()), CancellationToken.None));
    }

    [DatabaseFact]
    public async Task Pages_hold_every_entry_once_though_newer_ones_come_and_some_are_of_one_instant()
    {
        var expected = new List<string>();
        for (var i = 0; i < 40; i++)
            await WriteAsync($"{i}", Noon.AddSeconds(-i / 7));
        expected.AddRange(Texts(await ReadAsync()));
        Assert.Equal(40, expected.Distinct().Count());

        var seen = new List<string>();
        ListPosition? after = null;
        for (var page = 0; ; page++)
        {
            var entries = await ReadAsync(All(_merchant) with { After = after, Limit = 3 });
            if (entries.Count == 0)
                break;
            Assert.InRange(entries.Count, 1, 3);
            seen.AddRange(Texts(entries));
            after = entries[^1].Position;
            await WriteAsync($"newer {page}", Noon.AddHours(page + 1));
        }

        Assert.Equal(expected, seen);
    }

    [DatabaseFact]
    public async Task A_page_goes_on_after_an_entry_that_has_moved_on_or_is_gone()
    {
        var (_, gone) = await WriteAsync("gone", Noon);
        await WriteAsync("left", Noon.AddSeconds(-1));
        var position = (await ReadAsync())[0].Position;
        await _storage.Grains.ClearStateAsync("state", gone.Grain, gone.State);
        Assert.Equal(["left"], Texts(await ReadAsync(All(_merchant) with { After = position })));
    }

    [DatabaseFact]
    public async Task From_is_included_and_to_is_not_to_the_microsecond_and_in_any_offset()
    {
        await WriteAsync("before", Noon.AddMicroseconds(-1));
        await WriteAsync("from", Noon.ToOffset(TimeSpan.FromHours(9)));
        await WriteAsync("last", Noon.AddSeconds(1).AddMicroseconds(-1));
        await WriteAsync("to", Noon.AddSeconds(1));
        var (from, to) = (Noon.ToOffset(TimeSpan.FromHours(-5)), Noon.AddSeconds(1).ToOffset(TimeSpan.FromHours(3)));

        Assert.Equal(["last", "from"], Texts(await ReadAsync(All(_merchant) with { From = from, To = to })));
        Assert.Equal(["to", "last", "from"], Texts(await ReadAsync(All(_merchant) with { From = from })));
        Assert.Equal(["before"], Texts(await ReadAsync(All(_merchant) with { To = Noon })));
        Assert.Empty(await ReadAsync(All(_merchant) with { From = Noon, To = Noon }));
        Assert.Equal(4, (await ReadAsync(All(_merchant) with { From = DateTimeOffset.MinValue, To = DateTimeOffset.MaxValue })).Count);
    }

    [DatabaseFact]
    public async Task A_status_filter_goes_by_the_last_write_and_keeps_the_order()
    {
        var (order, row) = await WriteAsync("moves", Noon);
        await WriteAsync("stays", Noon.AddSeconds(-1));
        order.Status = "CANCELLED";
        await _storage.Grains.WriteStateAsync("state", row.Grain, row.State);

        Assert.Equal(["moves"], Texts(await ReadAsync(All(_merchant) with { StatusText = "CANCELLED" })));
        Assert.Equal(["stays"], Texts(await ReadAsync(All(_merchant) with { StatusText = "INITIATED" })));
        Assert.Equal(["moves", "stays"], Texts(await ReadAsync()));
    }

    [DatabaseFact]
    public async Task A_limit_below_one_is_refused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReadAsync(All(_merchant) with { Limit = 0 }));

    private static MerchantQuery All(Guid merchant) => new(merchant, null, null, null, null, 1000);

    private static IEnumerable<string> Texts(IEnumerable<IndexedEntry<Order>> entries) => entries.Select(static entry => entry.State.Text);

    private Task<IReadOnlyList<IndexedEntry<Order>>> ReadAsync(MerchantQuery? query = null) =>
        _storage.Listing.ReadPageAsync<Order>("order", "state", query ?? All(_merchant), CancellationToken.None);

    private async Task<(Order Order, (GrainId Grain, GrainState<Order> State) Row)> WriteAsync(
        string text, DateTimeOffset? createdAt, Guid? merchant = null, string type = "order", string stateName = "state")
    {
        var order = new Order { Text = text, CreatedAt = createdAt, MerchantId = merchant ?? _merchant };
        var (grain, state) = (Order.NewGrain(type), new GrainState<Order>(order));
        await _storage.Grains.WriteStateAsync(stateName, grain, state);
        return (order, (grain, state));
    }
}
