using Orleans.Runtime;
using Payments.Cluster.Harness;
using Payments.Testing;
using Xunit.Abstractions;

namespace Payments.Cluster;

/// <summary>Three silos, one owner per payment.</summary>
public sealed class SingleActivationTests(ITestOutputHelper output)
{
    private const int Payments = 24;
    private const int CancelsPerPayment = 64;

    [PostgresFact]
    public async Task Of_64_cancels_through_three_silos_one_reaches_the_provider()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var nodes = await cluster.StartNodesAsync(3);
        var payments = await TestCluster.AuthorizeAsync(Payments, nodes);

        foreach (var payment in payments)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, CancelsPerPayment).Select(i => nodes[i % nodes.Length].Http.CancelAsync(payment)));
            Assert.Contains(answers, static answer => answer.Status == 202);
            Assert.All(answers, static answer => Assert.True(
                answer is (202, _) || (answer is (422, var body) && body.Contains("already cancelled", StringComparison.Ordinal)), $"{answer}"));
        }

        await cluster.AssertVoidedOnceAsync(nodes[0].Grains, payments);
        Assert.Equal(Payments, cluster.CancelCalls);
        await AssertOneActivationEachAsync(nodes[0], payments);
    }

    private async Task AssertOneActivationEachAsync(Node node, Guid[] payments)
    {
        var statistics = await node.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        var owners = statistics.Where(static grain => grain.GrainId.Type.ToString() == "payment")
            .ToLookup(static grain => grain.GrainId, static grain => grain.SiloAddress);
        foreach (var payment in payments)
            Assert.Single(owners[node.Grains.GetGrain<IPaymentGrain>(payment).GetGrainId()]);
        var spread = owners.SelectMany(static silos => silos).CountBy(static silo => silo).ToDictionary();
        output.WriteLine($"Payments per silo: {string.Join(", ", spread.Values)}");
        Assert.True(spread.Count > 1, "All payments are on one silo.");
    }
}
