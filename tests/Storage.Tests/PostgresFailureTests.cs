using Npgsql;
using Payments.Storage.Tests.Databases;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>A real server that loses connections, answers and patience.</summary>
public sealed class PostgresFailureTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string KillBackends =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    [PostgresFact]
    public async Task Killed_connections_lose_no_write_and_double_none()
    {
        const int grains = 24;
        const int writes = 60;
        await using var storage = database.OpenStorage();
        var kills = 0;

        async Task<GrainState<Order>> RunAsync(GrainId grain, bool killer)
        {
            var state = new GrainState<Order>(new Order());
            for (var i = 1; i <= writes; i++)
            {
                state.State!.Text = $"{i}";
                var write = storage.Grains.WriteStateAsync("state", grain, state);
                if (killer && i % 4 == 0)
                {
                    await database.QueryAsync(KillBackends);
                    kills++;
                }

                // One writer per grain: whatever the connections do, no write may fail and none may meet another's row.
                await write;
            }

            return state;
        }

        var ids = Enumerable.Range(0, grains).Select(_ => Order.NewGrain()).ToArray();
        var states = await Task.WhenAll(ids.Select((id, i) => Task.Run(() => RunAsync(id, killer: i == 0))));
        Assert.Equal(writes / 4, kills);
        for (var i = 0; i < grains; i++)
        {
            var stored = new GrainState<Order>();
            await storage.Grains.ReadStateAsync("state", ids[i], stored);
            Assert.Equal(($"{writes}", states[i].ETag), (stored.State!.Text, stored.ETag));
            Assert.StartsWith($"{writes}-", stored.ETag);
        }

        Assert.Equal(0, storage.Grains.Conflicts);
    }

    [PostgresFact]
    public async Task A_lost_answer_to_a_create_an_update_or_a_clear_is_found_out()
    {
        var direct = new NpgsqlConnectionStringBuilder(database.Options.ConnectionString!);
        await using var proxy = new CuttingProxy(direct.Host!, direct.Port);
        var through = new StorageOptions
        {
            Kind = StorageKind.Postgres,
            ConnectionString = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = "127.0.0.1", Port = proxy.Port }.ConnectionString,
        };
        await using var storage = new StorageUnderTest(new Postgres.PostgresStateStore(through), through);
        await storage.Grains.WriteStateAsync("state", Order.NewGrain(), new GrainState<Order>(new Order()));

        var grain = Order.NewGrain();
        var state = new GrainState<Order>(new Order { Text = "created" });
        proxy.CutNextAnswer();
        await storage.Grains.WriteStateAsync("state", grain, state);
        Assert.Equal("created", await TextOfAsync(grain));
        Assert.StartsWith("1-", state.ETag);

        state.State!.Text = "updated";
        proxy.CutNextAnswer();
        await storage.Grains.WriteStateAsync("state", grain, state);
        Assert.Equal("updated", await TextOfAsync(grain));
        Assert.StartsWith("2-", state.ETag);

        proxy.CutNextAnswer();
        await storage.Grains.ClearStateAsync("state", grain, state);
        Assert.Null(await TextOfAsync(grain));
        Assert.Equal(3, proxy.Cuts);
        Assert.Equal(0, storage.Grains.Conflicts);
    }

    [PostgresFact]
    public async Task A_row_that_stays_locked_ends_with_the_timeout_and_is_not_half_written()
    {
        var time = new ManualTimeProvider();
        await using var storage = new StorageUnderTest(database.OpenStore(), database.Options, time);
        var grain = Order.NewGrain();
        var state = new GrainState<Order>(new Order { Text = "before" });
        await storage.Grains.WriteStateAsync("state", grain, state);
        await using var source = NpgsqlDataSource.Create(database.Options.ConnectionString!);
        await using var blocker = await source.OpenConnectionAsync();
        await using (var transaction = await blocker.BeginTransactionAsync())
        {
            await using var lockRow = new NpgsqlCommand($"SELECT 1 FROM grain_state WHERE grain_key = '{grain.Key}' FOR UPDATE", blocker);
            await lockRow.ExecuteNonQueryAsync();
            state.State!.Text = "after";
            var write = storage.Grains.WriteStateAsync("state", grain, state);
            await UntilABackendWaitsForALockAsync();
            time.Advance(database.Options.WriteTimeout);
            Assert.True((await Assert.ThrowsAsync<StorageWriteException>(() => write)).OutcomeUnknown);
            await transaction.RollbackAsync();
        }

        await storage.Grains.ReadStateAsync("state", grain, state);
        Assert.Contains(state.State!.Text, new[] { "before", "after" });
        await storage.Grains.WriteStateAsync("state", grain, state);
    }

    [PostgresFact]
    public async Task Reads_survive_a_server_that_closed_every_pooled_connection()
    {
        await using var storage = database.OpenStorage();
        var grain = Order.NewGrain();
        await storage.Grains.WriteStateAsync("state", grain, new GrainState<Order>(new Order { Text = "x" }));
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => storage.Grains.ReadStateAsync("state", grain, new GrainState<Order>())));
            await database.QueryAsync(KillBackends);
            var read = new GrainState<Order>();
            await storage.Grains.ReadStateAsync("state", grain, read);
            Assert.Equal("x", read.State!.Text);
        }
    }

    [PostgresFact]
    public async Task Batches_of_two_silos_in_opposite_order_do_not_block_each_other_for_good()
    {
        await using var one = database.OpenStorage();
        await using var two = database.OpenStorage();
        var grains = Enumerable.Range(0, 30).Select(_ => Order.NewGrain()).ToArray();
        var wins = new int[grains.Length];
        for (var round = 0; round < 20; round++)
        {
            var etags = await Task.WhenAll(grains.Select(async grain =>
            {
                var state = new GrainState<Order>();
                await one.Grains.ReadStateAsync("state", grain, state);
                return state.ETag;
            }));
            Task<Exception?> WriteAsync(StorageUnderTest silo, int i) =>
                Outcome.OfAsync(silo.Grains.WriteStateAsync("state", grains[i], new GrainState<Order>(new Order(), etags[i])));
            var forward = Enumerable.Range(0, grains.Length).Select(i => WriteAsync(one, i)).ToArray();
            var backward = Enumerable.Range(0, grains.Length).Reverse().Select(i => (i, Task: WriteAsync(two, i))).ToArray();
            await Task.WhenAll(forward.Concat(backward.Select(static write => write.Task)));
            foreach (var (i, task) in backward)
            {
                Exception?[] both = [await forward[i], await task];
                Assert.IsType<InconsistentStateException>(Assert.Single(both, static exception => exception is not null));
                wins[i]++;
            }
        }

        Assert.All(wins, static count => Assert.Equal(20, count));
    }

    [PostgresFact]
    public async Task A_database_with_asynchronous_commit_is_still_written_synchronously()
    {
        var settings = new NpgsqlConnectionStringBuilder(database.Options.ConnectionString!) { Options = "-c synchronous_commit=off" };
        var options = new StorageOptions { Kind = StorageKind.Postgres, ConnectionString = settings.ConnectionString };
        await using var storage = new StorageUnderTest(new Postgres.PostgresStateStore(options), options);
        // The default is evaluated in the session that writes.
        await database.ExecuteAsync("ALTER TABLE grain_state ADD COLUMN written_with text");
        await database.ExecuteAsync("ALTER TABLE grain_state ALTER COLUMN written_with SET DEFAULT current_setting('synchronous_commit')");
        var grain = Order.NewGrain();
        await storage.Grains.WriteStateAsync("state", grain, new GrainState<Order>(new Order()));
        Assert.Equal("on", await database.QueryAsync($"SELECT written_with FROM grain_state WHERE grain_key = '{grain.Key}'"));
        await database.ExecuteAsync("ALTER TABLE grain_state DROP COLUMN written_with");
    }

    // The server tells nobody that a backend waits: it has to be asked.
    private async Task UntilABackendWaitsForALockAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        const string waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while (await database.QueryAsync(waiting) == "0")
            patience.Token.ThrowIfCancellationRequested();
    }

    private async Task<string?> TextOfAsync(GrainId grain) =>
        await database.QueryAsync($"SELECT document->>'Text' FROM grain_state WHERE grain_key = '{grain.Key}'");
}
