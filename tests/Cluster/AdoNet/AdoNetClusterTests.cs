using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Cluster.Harness;
using Payments.Grains.Ports;
using Payments.Storage;
using Payments.Testing;

namespace Payments.Cluster.AdoNet;

/// <summary>Silos with Orleans' own storage, and silos with both.</summary>
public sealed class AdoNetClusterTests
{
    [PostgresFact]
    public async Task A_service_moves_from_one_storage_to_the_other_silo_by_silo()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var before = await cluster.StartNodeAsync();
        var payments = await TestCluster.AuthorizeAsync(24, before);
        var after = await cluster.StartNodeAsync(settings: TestCluster.OnAdoNet);
        payments = [.. payments, .. await TestCluster.AuthorizeAsync(24, after)];
        Assert.IsType<AdoNetGrainRows>(after.Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Payments));
        Assert.Null(after.Services.GetService<GroupCommitGrainStorage>());

        // Some of the payments live on the silo with the other storage, and have to move when it leaves.
        var half = payments.Where(static (_, i) => i % 2 == 0).ToArray();
        await Task.WhenAll(half.Select(payment => after.Http.CancelAsync(payment)));
        await before.StopAsync();
        var answers = await Task.WhenAll(payments.Except(half).Select(payment => after.Http.CancelAsync(payment)));
        Assert.All(answers, static answer => Assert.Equal(202, answer.Status));
        await cluster.AssertVoidedOnceAsync(after.Grains, payments);
    }

    [PostgresFact]
    public async Task What_is_due_is_found_and_operators_see_what_waits()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var node = await cluster.StartNodeAsync(settings: TestCluster.OnAdoNet);
        cluster.Sandbox.Faults.Add(new Sandbox.FaultRule("payment_intent.cancel", Sandbox.FaultKind.Latency, Count: 1, LatencyMs: 2500));
        var payment = await TestCluster.AuthorizeAsync(node.Grains);
        var farFuture = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var due = await node.Services.GetRequiredService<IDueIndex>().ReadDueAsync(0, 1, farFuture, 10, CancellationToken.None);
        Assert.Contains(node.Grains.GetGrain<IPaymentGrain>(payment).GetGrainId(), due);

        // The provider is slower than the inline budget: only a retry shard, which finds the row by its due time, brings this to its end.
        Assert.Equal(202, (await node.Http.CancelAsync(payment)).Status);
        await cluster.AssertVoidedOnceAsync(node.Grains, [payment]);
        Assert.Contains("\"queueLength\":0", (await node.Http.ReadAsync("/health/storage")).Body, StringComparison.Ordinal);
        Assert.Contains("\"storage\":\"AdoNet\"", (await node.Http.ReadAsync("/health")).Body, StringComparison.Ordinal);
    }
}
