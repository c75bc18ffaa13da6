using Orleans.Runtime;
using Payments.Cluster.Harness;
using Payments.Sandbox;
using Payments.Testing;

namespace Payments.Cluster.TestingHost;

/// <summary>What becomes of a payment when its activation is moved or ended, as rebalancing and idleness do it.</summary>
public sealed class ActivationTests
{
    private const short Silos = 3;
    private const int Payments = 24;
    private const int CancelsPerPayment = 16;

    [PostgresFact]
    public async Task Of_all_cancels_of_a_client_one_reaches_the_provider_while_activations_are_moved_and_ended()
    {
        await using var cluster = await TestingHostCluster.StartAsync(Silos);
        var payments = await AuthorizeAsync(cluster);
        cluster.Outside.Sandbox.Faults.Add(new FaultRule("payment_intent.cancel", FaultKind.Latency, Count: -1, LatencyMs: 100));

        await Task.WhenAll(payments.Select(async (payment, i) =>
        {
            var cancels = Enumerable.Range(0, CancelsPerPayment).Select(_ => TestCluster.CancelAsync(cluster.Grains, payment)).ToArray();
            await DisturbAsync(cluster, payment, i);
            foreach (var answer in await Task.WhenAll(cancels))
            {
                Assert.True(
                    answer is { Outcome: CancelPaymentOutcome.Accepted } or { Outcome: CancelPaymentOutcome.NotCancellable, Status: PaymentStatus.Cancelled },
                    $"{answer}");
            }
        }));

        await cluster.Outside.AssertVoidedOnceAsync(cluster.Grains, payments);
        Assert.Equal(Payments, cluster.Outside.CancelCalls);
    }

    [PostgresFact]
    public async Task A_payment_that_moves_from_silo_to_silo_stays_what_it_is_and_has_one_activation()
    {
        await using var cluster = await TestingHostCluster.StartAsync(Silos);
        var payment = await TestCluster.AuthorizeAsync(cluster.Grains);
        var grain = cluster.Grains.GetGrain<IPaymentGrain>(payment);
        var before = await grain.GetAsync(TestCluster.Merchant);
        for (var moves = 0; moves < 4; moves++)
        {
            var to = await cluster.MoveAsync(grain.GetGrainId());
            var after = await grain.GetAsync(TestCluster.Merchant);
            Assert.Equal((before!.Status, before.AmountMinor, before.CreatedAt), (after!.Status, after.AmountMinor, after.CreatedAt));
            var everywhere = await cluster.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
            Assert.Equal(to, Assert.Single(everywhere, found => found.GrainId == grain.GetGrainId()).SiloAddress);
        }

        Assert.Equal(CancelPaymentOutcome.Accepted, (await TestCluster.CancelAsync(cluster.Grains, payment)).Outcome);
        await cluster.Outside.AssertVoidedOnceAsync(cluster.Grains, [payment]);
    }

    /// <summary>Moves the activation, or ends it, while its cancels are under way.</summary>
    private static Task DisturbAsync(TestingHostCluster cluster, Guid payment, int i)
    {
        var id = cluster.Grains.GetGrain<IPaymentGrain>(payment).GetGrainId();
        return i % 2 == 0 ? cluster.MoveAsync(id) : cluster.Silos.DeactivateAsync(id);
    }

    private static async Task<Guid[]> AuthorizeAsync(TestingHostCluster cluster)
    {
        var payments = new Guid[Payments];
        await Parallel.ForAsync(0, Payments, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            payments[i] = await TestCluster.AuthorizeAsync(cluster.Grains));
        return payments;
    }
}
