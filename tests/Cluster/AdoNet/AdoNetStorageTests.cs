using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Grains.Ports;
using Payments.Storage;
using Payments.Storage.Postgres;
using Payments.Storage.Rows;
using Payments.Storage.Telemetry;
using Payments.Storage.Tests;
using Payments.Testing;
using Xunit.Abstractions;

namespace Payments.Cluster.AdoNet;

/// <summary>What grains are promised, by Orleans' own storage too.</summary>
[RequiresPostgres]
public sealed class AdoNetGrainStorageTests(AdoNetDatabase database) : GrainStorageCompliance(database), IClassFixture<AdoNetDatabase>;

/// <summary>What the retry shards are promised.</summary>
[RequiresPostgres]
public sealed class AdoNetDueIndexTests(AdoNetDatabase database) : DueIndexCompliance(database), IClassFixture<AdoNetDatabase>;

/// <summary>What merchants' lists are promised.</summary>
[RequiresPostgres]
public sealed class AdoNetMerchantIndexTests(AdoNetDatabase database) : MerchantIndexCompliance(database), IClassFixture<AdoNetDatabase>;

/// <summary>Any sequence of operations.</summary>
[RequiresPostgres]
public sealed class AdoNetModelTests(AdoNetDatabase database, ITestOutputHelper output)
    : ModelCompliance(database, output), IClassFixture<AdoNetDatabase>;

/// <summary>What is particular to it.</summary>
public sealed class AdoNetRowTests(AdoNetDatabase database) : IClassFixture<AdoNetDatabase>
{
    private const string StateName = "state";

    [PostgresFact]
    public async Task Our_own_storage_reads_its_rows_and_takes_them_over_and_back()
    {
        await using var orleans = await database.OpenAsync();
        await using var own = new OwnStorage(database.Options);
        var grain = Order.NewGrain();
        var written = new GrainState<Order>(new Order { Text = "by Orleans", DueAt = DateTimeOffset.UnixEpoch });
        await orleans.Grains.WriteStateAsync(StateName, grain, written);

        var taken = new GrainState<Order>();
        await own.Grains.ReadStateAsync(StateName, grain, taken);
        Assert.Equal("by Orleans", taken.State!.Text);
        Assert.Equal([grain], await own.Store.ReadDueAsync(GrainSlot.Of($"{grain.Type}", $"{grain.Key}") % 16, 16, DateTimeOffset.UtcNow, 9, default));
        taken.State.Text = "by our own";
        await own.Grains.WriteStateAsync(StateName, grain, taken);

        // A silo that still has the other storage must lose against it, whichever way round.
        await Assert.ThrowsAsync<InconsistentStateException>(() => orleans.Grains.WriteStateAsync(StateName, grain, written));
        await orleans.Grains.ReadStateAsync(StateName, grain, written);
        Assert.Equal("by our own", written.State!.Text);
        await orleans.Grains.WriteStateAsync(StateName, grain, written);
        await Assert.ThrowsAsync<InconsistentStateException>(() => own.Grains.WriteStateAsync(StateName, grain, taken));
        Assert.Equal("3", await database.QueryAsync($"SELECT version FROM grain_state WHERE grain_key = '{grain.Key}'"));
    }

    [PostgresFact]
    public async Task Writers_of_both_storages_at_once_never_both_win()
    {
        await using var orleans = await database.OpenAsync();
        await using var own = new OwnStorage(database.Options);
        var grain = Order.NewGrain();
        for (var round = 1; round <= 50; round++)
        {
            var text = $"{round}";
            var outcomes = await Task.WhenAll(((IGrainStorage[])[orleans.Grains, own.Grains, orleans.Grains, own.Grains]).Select(async storage =>
            {
                var state = new GrainState<Order>();
                await storage.ReadStateAsync(StateName, grain, state);
                if (state.State!.Text == text)
                    return null;
                state.State.Text = text;
                return await Outcome.OfAsync(storage.WriteStateAsync(StateName, grain, state)) ?? new InvalidOperationException("won");
            }));
            Assert.Single(outcomes, static outcome => outcome is InvalidOperationException);
            Assert.All(outcomes, static outcome => Assert.True(outcome is null or InvalidOperationException or InconsistentStateException, $"{outcome}"));
        }

        Assert.Equal("50", await database.QueryAsync($"SELECT version FROM grain_state WHERE grain_key = '{grain.Key}'"));
    }

    [PostgresFact]
    public async Task Keys_are_stored_as_they_are_whatever_they_look_like()
    {
        await using var storage = await database.OpenAsync();
        var guid = Guid.NewGuid();
        GrainId[] grains =
        [
            GrainId.Create("a", $"{guid:N}"), GrainId.Create("a", $"{guid:N}+extension"), GrainId.Create("a", "2a"), GrainId.Create("a", "2a+x"),
            GrainId.Create("b", "2a"), GrainId.Create("a", "x/y"), GrainId.Create("a", "y"),
            GrainId.Create("a", "{0}"), GrainId.Create("a", "{{0}}"), GrainId.Create("a", "}{"),
        ];
        foreach (var grain in grains)
            await storage.Grains.WriteStateAsync(StateName, grain, new GrainState<Order>(new Order { Text = $"{grain}" }));
        foreach (var grain in grains)
        {
            var read = new GrainState<Order>();
            await storage.Grains.ReadStateAsync(StateName, grain, read);
            Assert.Equal($"{grain}", read.State!.Text);
            Assert.Equal("1", await database.QueryAsync($"SELECT count(*) FROM grain_state WHERE grain_type = '{grain.Type}' AND grain_key = '{grain.Key}'"));
        }

        foreach (var type in (string[])["a/b", "a{b", "a}b"])
            await Assert.ThrowsAsync<ArgumentException>(() => storage.Grains.ReadStateAsync(StateName, GrainId.Create(type, "c"), new GrainState<Order>()));
        await Assert.ThrowsAsync<ArgumentException>(() => storage.Grains.ReadStateAsync("a`1", grains[0], new GrainState<Order>()));
    }

    [PostgresFact]
    public async Task A_write_on_a_broken_connection_is_told_as_unknown_and_the_next_one_works()
    {
        await using var storage = await database.OpenAsync();
        var grain = Order.NewGrain();
        var state = new GrainState<Order>(new Order { Text = "before" });
        await storage.Grains.WriteStateAsync(StateName, grain, state);
        await database.QueryAsync(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        state.State!.Text = "after";
        var failure = await Assert.ThrowsAsync<StorageWriteException>(() => storage.Grains.WriteStateAsync(StateName, grain, state));
        Assert.True(failure.OutcomeUnknown);
        await storage.Grains.ReadStateAsync(StateName, grain, state);
        Assert.Equal("before", state.State!.Text);
        await storage.Grains.WriteStateAsync(StateName, grain, state);
        Assert.Equal((2, 2), (storage.Statistics.RowsWritten, storage.Statistics.Commits));
    }

    [PostgresFact]
    public async Task Both_storages_write_the_same_columns()
    {
        // The columns that are a write's own, and no property of the state.
        const string columns = "SELECT (to_jsonb(g) - '{grain_key,slot,write_token,updated_at}'::text[])::text FROM grain_state AS g WHERE grain_key = ";
        await using var orleans = await database.OpenAsync();
        await using var own = new OwnStorage(database.Options);
        var since = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2)).AddTicks(1234567);
        var order = new Order
        {
            MerchantId = Guid.NewGuid(),
            Status = "PENDING",
            DueAt = since.AddHours(1),
            CreatedAt = since.AddHours(-1),
            Waiting = new Waiting(WaitingFor.Settlement, since),
            Text = "text",
        };
        foreach (var writes in (int[])[1, 2])
        {
            var rows = new List<string?>();
            foreach (var storage in (IGrainStorage[])[orleans.Grains, own.Grains])
            {
                var grain = Order.NewGrain();
                var state = new GrainState<Order>(order);
                for (var write = 0; write < writes; write++)
                    await storage.WriteStateAsync(StateName, grain, state);
                rows.Add(await database.QueryAsync($"{columns}'{grain.Key}'"));
            }

            Assert.Equal(rows[1], rows[0]);
            Assert.DoesNotContain("null", rows[0], StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public async Task Its_callers_have_the_spans_that_they_have_of_our_own_storage()
    {
        await using var storage = await database.OpenAsync();
        using var caller = new Activity("caller").Start();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == StorageNames.Telemetry,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var grain = Order.NewGrain();
        var state = new GrainState<Order>(new Order());
        await storage.Grains.WriteStateAsync(StateName, grain, state);
        await storage.Grains.ReadStateAsync(StateName, grain, new GrainState<Order>());
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Grains.WriteStateAsync(StateName, grain, new GrainState<Order>(new Order())));
        await storage.Grains.ClearStateAsync(StateName, grain, state);
        Assert.Equal(
            [
                ("storage.write", "create", ActivityStatusCode.Unset), ("storage.read", null, ActivityStatusCode.Unset),
                ("storage.write", "create", ActivityStatusCode.Error), ("storage.write", "delete", ActivityStatusCode.Unset),
            ],
            spans.Where(span => span.TraceId == caller.TraceId)
                .Select(static span => (span.OperationName, (string?)span.GetTagItem("payments.storage.operation"), span.Status)));
    }

    [PostgresFact]
    public async Task A_database_with_asynchronous_commit_is_still_written_synchronously()
    {
        var settings = new NpgsqlConnectionStringBuilder(database.Options.ConnectionString!) { Options = "-c synchronous_commit=off" };
        await using var storage = await database.OpenAsync(new StorageOptions { Kind = StorageKind.AdoNet, ConnectionString = settings.ConnectionString });

        // The default is evaluated in the session that writes.
        await database.ExecuteAsync("ALTER TABLE grain_state ADD COLUMN written_with text DEFAULT current_setting('synchronous_commit')");
        var grain = Order.NewGrain();
        await storage.Grains.WriteStateAsync(StateName, grain, new GrainState<Order>(new Order()));
        Assert.Equal("on", await database.QueryAsync($"SELECT written_with FROM grain_state WHERE grain_key = '{grain.Key}'"));
        await database.ExecuteAsync("ALTER TABLE grain_state DROP COLUMN written_with");
    }

    /// <summary>Our own storage over the same database.</summary>
    private sealed class OwnStorage : IAsyncDisposable
    {
        private readonly StorageTelemetry telemetry = new();

        public OwnStorage(StorageOptions options)
        {
            var own = new StorageOptions { Kind = StorageKind.Postgres, ConnectionString = options.ConnectionString };
            Store = new PostgresStateStore(own);
            Grains = new GroupCommitGrainStorage(Store, own, telemetry, TimeProvider.System);
        }

        public PostgresStateStore Store { get; }

        public GroupCommitGrainStorage Grains { get; }

        public async ValueTask DisposeAsync()
        {
            await Grains.DisposeAsync();
            await Store.DisposeAsync();
            telemetry.Dispose();
        }
    }
}
