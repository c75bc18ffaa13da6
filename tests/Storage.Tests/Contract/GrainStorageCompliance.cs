using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>What grain storage promises, on whatever database.</summary>
public abstract class GrainStorageCompliance(StorageDatabase database) : IAsyncLifetime
{
    private const string StateName = "state";
    private IOpenStorage _storage = null!;

    private IGrainStorage Grains => _storage.Grains;

    public async Task InitializeAsync() => _storage = await database.OpenAsync();

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [DatabaseFact]
    public async Task A_grain_without_a_row_reads_a_fresh_state()
    {
        var state = new GrainState<Order>(new Order { Text = "left over" }, "7-1") { RecordExists = true };
        await Grains.ReadStateAsync(StateName, Order.NewGrain(), state);
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal("", state.State!.Text);
    }

    [DatabaseFact]
    public async Task What_was_written_is_read_back_by_another_process()
    {
        var grain = Order.NewGrain();
        var due = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));
        var merchant = Guid.NewGuid();
        var written = await CreateAsync(grain, new Order { MerchantId = merchant, Status = "PENDING", DueAt = due, Text = "first" });
        written.State!.Text = "second";
        await Grains.WriteStateAsync(StateName, grain, written);
        await using var other = await database.OpenAsync();
        var read = new GrainState<Order>();
        await other.Grains.ReadStateAsync(StateName, grain, read);
        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
        var order = read.State!;
        Assert.Equal(("second", "PENDING", (Guid?)merchant, (DateTimeOffset?)due), (order.Text, order.Status, order.MerchantId, order.DueAt));
    }

    [DatabaseFact]
    public async Task Operators_find_merchant_status_and_version_in_columns()
    {
        var merchant = Guid.NewGuid();
        var state = await CreateAsync(Order.NewGrain(), new Order { MerchantId = merchant, Status = "CANCEL_INITIALIZED" });
        Assert.NotNull(state.ETag);
        Assert.Equal("CANCEL_INITIALIZED", await database.QueryAsync($"SELECT status FROM grain_state WHERE merchant_id = '{merchant}'"));
        Assert.Equal("1", await database.QueryAsync($"SELECT version FROM grain_state WHERE merchant_id = '{merchant}'"));
        Assert.Equal("3", await database.QueryAsync($"SELECT state_version FROM grain_state WHERE merchant_id = '{merchant}'"));
    }

    [DatabaseFact]
    public async Task State_that_is_not_indexed_is_stored_too()
    {
        var grain = Order.NewGrain();
        await Grains.WriteStateAsync(StateName, grain, new GrainState<Dictionary<string, int>>(new() { ["a"] = 1 }));
        var read = new GrainState<Dictionary<string, int>>();
        await Grains.ReadStateAsync(StateName, grain, read);
        Assert.Equal(1, read.State!["a"]);
        Assert.Equal("1", await database.QueryAsync($"SELECT count(*) FROM grain_state WHERE grain_key = '{grain.Key}' AND status IS NULL"));
    }

    [DatabaseFact]
    public async Task Two_states_of_one_grain_are_two_rows()
    {
        var grain = Order.NewGrain();
        await Grains.WriteStateAsync("a", grain, new GrainState<Order>(new Order { Text = "a" }));
        await Grains.WriteStateAsync("b", grain, new GrainState<Order>(new Order { Text = "b" }));
        var read = new GrainState<Order>();
        await Grains.ReadStateAsync("a", grain, read);
        Assert.Equal("a", read.State!.Text);
    }

    [DatabaseFact]
    public async Task Every_write_has_a_new_etag_and_an_old_one_conflicts()
    {
        var grain = Order.NewGrain();
        var current = await CreateAsync(grain, new Order());
        var stale = new GrainState<Order>(new Order { Text = "stale" }, current.ETag);
        await Grains.WriteStateAsync(StateName, grain, current);
        var staleTag = stale.ETag;
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Grains.WriteStateAsync(StateName, grain, stale));
        Assert.Equal((current.ETag, staleTag), (conflict.StoredEtag, conflict.CurrentEtag));
        Assert.Equal(staleTag, stale.ETag);
        Assert.Equal("", (await ReadAsync(grain)).State!.Text);
    }

    [DatabaseFact]
    public async Task A_create_of_an_existing_row_conflicts()
    {
        var grain = Order.NewGrain();
        var first = await CreateAsync(grain, new Order { Text = "first" });
        var second = new GrainState<Order>(new Order { Text = "second" });
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Grains.WriteStateAsync(StateName, grain, second));
        Assert.Equal(first.ETag, conflict.StoredEtag);
        Assert.Equal("first", (await ReadAsync(grain)).State!.Text);
    }

    [DatabaseFact]
    public async Task An_update_of_a_missing_row_conflicts_and_inserts_nothing()
    {
        var grain = Order.NewGrain();
        var ghost = new GrainState<Order>(new Order(), database.UnknownETag);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Grains.WriteStateAsync(StateName, grain, ghost));
        Assert.Null(conflict.StoredEtag);
        Assert.False((await ReadAsync(grain)).RecordExists);
    }

    [DatabaseFact]
    public async Task An_etag_of_another_storage_conflicts()
    {
        foreach (var etag in new[] { "abc", "1", "-", "1-", "1-xyz", "-1-1", "W/\"0x8D\"" })
        {
            var state = new GrainState<Order>(new Order(), etag);
            await Assert.ThrowsAsync<InconsistentStateException>(() => Grains.WriteStateAsync(StateName, Order.NewGrain(), state));
        }
    }

    [DatabaseFact]
    public async Task Clear_deletes_the_row_and_resets_the_state()
    {
        var grain = Order.NewGrain();
        var state = await CreateAsync(grain, new Order { Text = "x" });
        await Grains.ClearStateAsync(StateName, grain, state);
        Assert.Equal((false, (string?)null, ""), (state.RecordExists, state.ETag, state.State!.Text));
        Assert.False((await ReadAsync(grain)).RecordExists);
        await Grains.ClearStateAsync(StateName, grain, state);
        await Grains.WriteStateAsync(StateName, grain, state);
        Assert.True((await ReadAsync(grain)).RecordExists);
    }

    [DatabaseFact]
    public async Task Clear_with_an_old_etag_or_none_conflicts_and_deletes_nothing()
    {
        var grain = Order.NewGrain();
        var state = await CreateAsync(grain, new Order());
        var old = new GrainState<Order>(new Order(), state.ETag);
        await Grains.WriteStateAsync(StateName, grain, state);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grains.ClearStateAsync(StateName, grain, old));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grains.ClearStateAsync(StateName, grain, new GrainState<Order>()));
        Assert.Equal(state.ETag, (await ReadAsync(grain)).ETag);
    }

    [DatabaseFact]
    public async Task A_second_clear_conflicts()
    {
        var grain = Order.NewGrain();
        var state = await CreateAsync(grain, new Order());
        var twin = new GrainState<Order>(new Order(), state.ETag);
        await Grains.ClearStateAsync(StateName, grain, state);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grains.ClearStateAsync(StateName, grain, twin));
    }

    [DatabaseFact]
    public async Task An_etag_from_before_clear_and_create_stays_dead()
    {
        var grain = Order.NewGrain();
        var first = await CreateAsync(grain, new Order());
        var fromBefore = new GrainState<Order>(new Order { Text = "zombie" }, first.ETag);
        await Grains.ClearStateAsync(StateName, grain, first);
        await CreateAsync(grain, new Order { Text = "second life" });
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grains.WriteStateAsync(StateName, grain, fromBefore));
        Assert.Equal("second life", (await ReadAsync(grain)).State!.Text);
    }

    [DatabaseFact]
    public async Task Of_a_hundred_writers_with_one_etag_exactly_one_wins()
    {
        await using var other = await database.OpenAsync();
        var grain = Order.NewGrain();
        var start = await CreateAsync(grain, new Order());
        var winners = await RaceAsync(100, i => new GrainState<Order>(new Order { Text = $"{i}" }, start.ETag), grain, other);
        var stored = await ReadAsync(grain);
        Assert.Equal($"{Assert.Single(winners)}", stored.State!.Text);
        Assert.Equal("2", await database.QueryAsync($"SELECT version FROM grain_state WHERE grain_key = '{grain.Key}'"));
    }

    [DatabaseFact]
    public async Task Of_a_hundred_creators_exactly_one_wins()
    {
        await using var other = await database.OpenAsync();
        var grain = Order.NewGrain();
        var winners = await RaceAsync(100, i => new GrainState<Order>(new Order { Text = $"{i}" }), grain, other);
        Assert.Equal($"{Assert.Single(winners)}", (await ReadAsync(grain)).State!.Text);
    }

    [DatabaseFact]
    public async Task Conflicts_in_a_batch_leave_the_other_rows_alone()
    {
        var grains = Enumerable.Range(0, 200).Select(_ => Order.NewGrain()).ToArray();
        var states = await Task.WhenAll(grains.Select(grain => CreateAsync(grain, new Order())));
        foreach (var i in new[] { 17, 99 })
            states[i].ETag = database.UnknownETag;
        var writes = grains.Select((grain, i) => Task.Run(() => Grains.WriteStateAsync(StateName, grain, states[i]))).ToArray();
        var results = await Task.WhenAll(writes.Select(Outcome.OfAsync));
        for (var i = 0; i < results.Length; i++)
        {
            if (i is 17 or 99)
                Assert.IsType<InconsistentStateException>(results[i]);
            else
                Assert.Null(results[i]);
        }
    }

    [DatabaseFact]
    public async Task Any_text_survives()
    {
        var lone = new string('\uD800', 1);
        string[] texts =
        [
            "Zażółć gęślą jaźń", "支付 😀 👩‍👩‍👧", "NUL \0 in the middle", "quote ' \" \\ $1 %s {0} --", "\u2028\u2029\r\n\t\u0001", "e\u0301 vs \u00e9",
        ];
        foreach (var text in texts)
        {
            var grain = GrainId.Create("order", $"key {text.Replace('\0', ' ')} {Guid.NewGuid()}");
            await CreateAsync(grain, new Order { Text = text });
            Assert.Equal(text, (await ReadAsync(grain)).State!.Text);
        }

        var broken = Order.NewGrain();
        await CreateAsync(broken, new Order { Text = lone });
        Assert.Equal("\uFFFD", (await ReadAsync(broken)).State!.Text);
    }

    [DatabaseFact]
    public async Task Keys_that_differ_only_in_case_or_accent_form_are_different_rows()
    {
        var unique = $"{Guid.NewGuid()}";
        var keys = new[] { "a", "A", "e\u0301", "\u00e9", "a ", "" }.Select(key => GrainId.Create("order", unique + key)).ToArray();
        foreach (var key in keys)
            await CreateAsync(key, new Order { Text = key.ToString() });
        foreach (var key in keys)
            Assert.Equal(key.ToString(), (await ReadAsync(key)).State!.Text);
    }

    [DatabaseFact]
    public async Task A_key_that_is_not_text_is_refused_before_it_reaches_a_batch()
    {
        var binary = GrainId.Create(GrainType.Create("order"), new IdSpan([0xC3, 0x28]));
        await Assert.ThrowsAsync<ArgumentException>(() => CreateAsync(binary, new Order()));
        await Assert.ThrowsAsync<ArgumentException>(() => CreateAsync(GrainId.Create("order", "a\0b"), new Order()));
        await Assert.ThrowsAsync<ArgumentException>(() => CreateAsync(GrainId.Create("order", new string('k', 601)), new Order()));
    }

    [DatabaseFact]
    public async Task Megabytes_survive_and_do_not_share_one_huge_statement()
    {
        var text = string.Create(400_000, 7, static (span, seed) =>
        {
            var random = new Random(seed);
            foreach (ref var c in span)
                c = (char)random.Next(0x20, 0x2FFF);
        });
        var grains = Enumerable.Range(0, 12).Select(_ => Order.NewGrain()).ToArray();
        await Task.WhenAll(grains.Select(grain => CreateAsync(grain, new Order { Text = text })));
        foreach (var grain in grains)
            Assert.Equal(text, (await ReadAsync(grain)).State!.Text);
    }

    [DatabaseFact]
    public async Task A_document_above_the_limit_is_refused()
    {
        var small = new StorageOptions
        {
            Kind = database.Options.Kind,
            Path = database.Options.Path,
            ConnectionString = database.Options.ConnectionString,
            MaxDocumentBytes = 100,
        };
        await using var storage = await database.OpenAsync(small);
        var state = new GrainState<Order>(new Order { Text = new string('x', 100) });
        await Assert.ThrowsAsync<ArgumentException>(() => storage.Grains.WriteStateAsync(StateName, Order.NewGrain(), state));
    }

    [DatabaseFact]
    public async Task A_document_of_a_newer_program_is_refused()
    {
        var grain = Order.NewGrain();
        await CreateAsync(grain, new Order());
        await database.ExecuteAsync($"UPDATE grain_state SET state_version = 4 WHERE grain_key = '{grain.Key}'");
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(grain));
        Assert.Contains("format version 4", refused.Message, StringComparison.Ordinal);
    }

    [DatabaseFact]
    public async Task A_document_that_does_not_fit_the_type_names_the_row()
    {
        var grain = Order.NewGrain();
        await CreateAsync(grain, new Order());
        await database.ExecuteAsync($"UPDATE grain_state SET document = '[1]' WHERE grain_key = '{grain.Key}'");
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(grain));
        Assert.Contains(grain.Key.ToString()!, refused.Message, StringComparison.Ordinal);
    }

    [DatabaseFact]
    public async Task Source_generated_serialization_is_used_when_given()
    {
        var options = new StorageOptions
        {
            Kind = database.Options.Kind,
            Path = database.Options.Path,
            ConnectionString = database.Options.ConnectionString,
            Json = new JsonSerializerOptions { TypeInfoResolver = OrderJson.Default },
        };
        await using var storage = await database.OpenAsync(options);
        var grain = Order.NewGrain();
        await storage.Grains.WriteStateAsync(StateName, grain, new GrainState<Order>(new Order { Text = "generated" }));
        Assert.Equal("generated", (await ReadAsync(grain)).State!.Text);
        var unknown = new GrainState<StringBuilder>(new StringBuilder());
        await Assert.ThrowsAsync<NotSupportedException>(() => storage.Grains.WriteStateAsync(StateName, grain, unknown));
    }

    [DatabaseFact]
    public async Task What_the_grain_changes_while_its_write_is_queued_is_not_in_that_write()
    {
        var grain = Order.NewGrain();
        var state = new GrainState<Order>(new Order { Text = "as it was" });
        var write = Grains.WriteStateAsync(StateName, grain, state);
        state.State!.Text = "changed later";
        await write;
        Assert.Equal("as it was", (await ReadAsync(grain)).State!.Text);
    }

    private async Task<GrainState<Order>> CreateAsync(GrainId grain, Order order)
    {
        var state = new GrainState<Order>(order);
        await Grains.WriteStateAsync(StateName, grain, state);
        return state;
    }

    private async Task<GrainState<Order>> ReadAsync(GrainId grain)
    {
        var state = new GrainState<Order>();
        await Grains.ReadStateAsync(StateName, grain, state);
        return state;
    }

    private async Task<List<int>> RaceAsync(int count, Func<int, GrainState<Order>> state, GrainId grain, IOpenStorage other)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() =>
            Outcome.OfAsync((i % 2 == 0 ? Grains : other.Grains).WriteStateAsync(StateName, grain, state(i))))));
        Assert.All(outcomes.Where(static outcome => outcome is not null), static outcome => Assert.IsType<InconsistentStateException>(outcome));
        return Enumerable.Range(0, count).Where(i => outcomes[i] is null).ToList();
    }
}

/// <summary>A generated serializer, as the grains have.</summary>
[JsonSerializable(typeof(Order))]
public sealed partial class OrderJson : JsonSerializerContext;
