using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Payments.Cluster.Harness;
using Payments.Storage;
using Payments.Testing;
using Xunit.Abstractions;

namespace Payments.Cluster;

/// <summary>
/// Orleans keeps a grain to one activation only while its silos agree on who is alive. Here they do not: two clusters that know nothing of each other
/// own the same payments in one database, as after a partition. The compare-and-swap of the first write is all that is left between a customer and two
/// voids.
/// </summary>
public sealed class DuplicateActivationTests(ITestOutputHelper output)
{
    private const string TriesVariable = "PAYMENTS_TEST_CLUSTER_TRIES";
    private const int TriesByDefault = 300;
    private const int AtATime = 12;

    [PostgresFact]
    public Task Two_clusters_over_one_database_never_void_twice() => RaceAsync([]);

    [PostgresFact]
    public Task Nor_do_they_with_orleans_own_storage() => RaceAsync(TestCluster.OnAdoNet);

    private async Task RaceAsync(Dictionary<string, string> storage)
    {
        var configured = Environment.GetEnvironmentVariable(TriesVariable);
        var tries = configured is null ? TriesByDefault : int.Parse(configured, NumberStyles.None, CultureInfo.InvariantCulture);
        await using var cluster = await TestCluster.CreateAsync();

        // Longer than a busy machine takes for a call: nobody looks after a cancel that is still at the provider, so every call there is one too many.
        var settings = new Dictionary<string, string>(storage) { ["Payments:Policy:WriteAheadLease"] = "00:00:30" };
        var sides = await Task.WhenAll(
            cluster.StartNodeAsync(clusterId: "one", settings: settings), cluster.StartNodeAsync(clusterId: "other", settings: settings));
        var payments = new Guid[tries];
        await Parallel.ForAsync(0, tries, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (i, _) =>
            payments[i] = await RaceAsync(sides[i % 2].Grains, sides[(i + 1) % 2].Grains));

        await cluster.AssertVoidedOnceAsync(payments);
        Assert.Equal(tries, cluster.CancelCalls);
        var conflicts = sides.Sum(static side => side.Services.GetRequiredService<IStorageStatistics>().Conflicts);
        output.WriteLine($"{tries} payments, {conflicts} writes lost against the other cluster's, no double void.");
        Assert.True(conflicts > tries / 10, $"Only {conflicts} of {tries} races were close enough to meet in the database.");
    }

    /// <summary>Both clusters have the payment in memory when both are asked to cancel it. A retry shard of the other one may have woken it there before
    /// it was authorized: then that cluster refuses on what it knows, which is wrong but harms nobody.</summary>
    private static async Task<Guid> RaceAsync(IGrainFactory creator, IGrainFactory other)
    {
        var payment = await TestCluster.AuthorizeAsync(creator);
        await TestCluster.StatusAsync(other, payment);
        IGrainFactory[] callers = [creator, other, other, creator];
        var answers = await Task.WhenAll(callers.Select(caller => TestCluster.CancelAsync(caller, payment)));
        Assert.Contains(answers, static answer => answer.Outcome == CancelPaymentOutcome.Accepted);
        Assert.All(answers, static answer => Assert.True(
            answer is { Outcome: CancelPaymentOutcome.Accepted }
                or { Outcome: CancelPaymentOutcome.NotCancellable, Status: PaymentStatus.Cancelled or PaymentStatus.Processing }, $"{answer}"));
        return payment;
    }
}
