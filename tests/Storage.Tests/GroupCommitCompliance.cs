using Payments.Storage.Tests.Databases;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>What only this room's own storage promises: writes share commits.</summary>
public abstract class GroupCommitCompliance(TestDatabase database) : IAsyncLifetime
{
    private const string StateName = "state";
    private StorageUnderTest _storage = null!;

    private GroupCommitGrainStorage Grains => _storage.Grains;

    public Task InitializeAsync()
    {
        // What is asked here is what shares a commit, not how fast a busy machine's disk is.
        database.Options.WriteTimeout = TimeSpan.FromMinutes(2);
        _storage = database.OpenStorage();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [DatabaseFact]
    public async Task An_etag_names_the_number_of_writes()
    {
        var grain = Order.NewGrain();
        var state = new GrainState<Order>(new Order());
        await Grains.WriteStateAsync(StateName, grain, state);
        Assert.StartsWith("1-", state.ETag);
        await Grains.WriteStateAsync(StateName, grain, state);
        Assert.StartsWith("2-", state.ETag);
    }

    [DatabaseFact]
    public async Task Writes_that_arrive_together_share_commits()
    {
        var before = (Grains.RowsWritten, Grains.Commits);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ =>
            Grains.WriteStateAsync(StateName, Order.NewGrain(), new GrainState<Order>(new Order { Text = new string('x', 1200) }))));
        Assert.Equal(1000, Grains.RowsWritten - before.RowsWritten);
        Assert.InRange(Grains.Commits - before.Commits, 1, 250);
        Assert.Equal(0, Grains.QueueLength);
    }

    [DatabaseFact]
    public async Task Stopping_commits_what_is_queued_and_refuses_what_comes_later()
    {
        await using var storage = database.OpenStorage();
        var grains = Enumerable.Range(0, 500).Select(_ => Order.NewGrain()).ToArray();
        var writes = grains.Select(grain => storage.Grains.WriteStateAsync(StateName, grain, new GrainState<Order>(new Order()))).ToArray();
        await storage.Grains.StopAsync(CancellationToken.None);
        await Task.WhenAll(writes);
        var refused = await Assert.ThrowsAsync<StorageWriteException>(
            () => storage.Grains.WriteStateAsync(StateName, Order.NewGrain(), new GrainState<Order>(new Order())));
        Assert.False(refused.OutcomeUnknown);
        foreach (var grain in grains)
        {
            var read = new GrainState<Order>();
            await Grains.ReadStateAsync(StateName, grain, read);
            Assert.True(read.RecordExists);
        }
    }
}
