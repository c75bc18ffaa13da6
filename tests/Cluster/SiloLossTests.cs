using System.Collections.Concurrent;
using Orleans.Runtime;
using Payments.Cluster.Harness;
using Payments.Sandbox;
using Payments.Testing;
using Xunit.Abstractions;

namespace Payments.Cluster;

/// <summary>A silo is a process of its own here, and is killed as the kernel kills.</summary>
public sealed class SiloLossTests(ITestOutputHelper output)
{
    private const int Payments = 240;
    private const int AnswersBeforeTheKill = 40;
    private const int RetriesMax = 20;

    [PostgresFact]
    public Task A_silo_killed_in_the_middle_of_cancels_leaves_every_payment_voided_once() => KillAsync([]);

    [PostgresFact]
    public Task And_so_it_does_with_orleans_own_storage() => KillAsync(TestCluster.OnAdoNet);

    private async Task KillAsync(Dictionary<string, string> storage)
    {
        await using var cluster = await TestCluster.CreateAsync();
        var (victim, victimPort) = await cluster.StartProcessAsync(storage);
        using var victimHttp = Node.ClientOf(victim.BaseAddress);
        var nodes = await cluster.StartNodesAsync(2, storage);
        var payments = await AuthorizeEverywhereAsync(nodes, victimHttp);
        var lost = await CountAsync(nodes[0], victimPort, payments);
        Assert.True(lost > 0, "No payment is on the silo that is to be killed.");

        // Held for a while, so that the kill finds many of them at the provider.
        cluster.Sandbox.Faults.Add(new FaultRule("payment_intent.cancel", FaultKind.Latency, Count: -1, LatencyMs: 400));
        var answered = new ConcurrentBag<Guid>();
        var enough = new TaskCompletionSource();
        HttpClient[] clients = [nodes[0].Http, nodes[1].Http, victimHttp];
        var calls = payments.Select((payment, i) => CancelOnceAsync(clients[i % clients.Length], payment)).ToArray();
        await enough.Task.WaitAsync(TestCluster.Patience);

        var killed = TimeProvider.System.GetTimestamp();
        await victim.KillAsync();
        await Task.WhenAll(nodes.Select(node => node.Watch.HeardAsync(victimPort, SiloStatus.Dead)));
        var declared = TimeProvider.System.GetElapsedTime(killed);
        await Task.WhenAll(calls);
        var stalled = TimeProvider.System.GetElapsedTime(killed);
        var unanswered = payments.Except(answered).ToArray();
        await Task.WhenAll(unanswered.Select((payment, i) => CancelAgainAsync(nodes[i % nodes.Length], payment)));

        await cluster.AssertVoidedOnceAsync(nodes[0].Grains, payments);
        output.WriteLine($"{lost} of {Payments} payments were on the killed silo. {answered.Count} cancels were answered at once, {unanswered.Length} after a retry.");
        output.WriteLine($"The others declared it dead after {declared.TotalSeconds:F1} s.");
        output.WriteLine($"The last call of a survivor was answered {stalled.TotalSeconds:F1} s after the kill.");
        output.WriteLine($"All were announced {TimeProvider.System.GetElapsedTime(killed).TotalSeconds:F1} s after the kill.");

        async Task CancelOnceAsync(HttpClient client, Guid payment)
        {
            try
            {
                if ((await client.CancelAsync(payment)).Status != 202)
                    return;
            }
            catch (HttpRequestException)
            {
                // Its silo is gone, and nobody knows whether the cancel arrived.
                return;
            }

            answered.Add(payment);
            if (answered.Count == AnswersBeforeTheKill)
                enough.TrySetResult();
        }
    }

    private static async Task CancelAgainAsync(Node node, Guid payment)
    {
        for (var tries = 1; ; tries++)
        {
            var (status, body) = await node.Http.CancelAsync(payment);
            if (status == 202 || (status == 422 && body.Contains("already cancelled", StringComparison.Ordinal)))
                return;
            Assert.True(status == 503 && tries < RetriesMax, $"Retry {tries} of {payment} was answered {status} {body}");
        }
    }

    /// <summary>Creates payments through each of three silos, so that each owns some.</summary>
    private static async Task<Guid[]> AuthorizeEverywhereAsync(Node[] nodes, HttpClient victim)
    {
        var payments = new Guid[Payments];
        await Parallel.ForAsync(0, Payments, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            payments[i] = await TestCluster.AuthorizeAsync(nodes[i % 2].Grains, i % 3 == 2 ? victim : null));
        return payments;
    }

    private static async Task<int> CountAsync(Node node, int siloPort, Guid[] payments)
    {
        var statistics = await node.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        var owned = statistics.Where(grain => grain.SiloAddress.Endpoint.Port == siloPort).Select(static grain => grain.GrainId).ToHashSet();
        return payments.Count(payment => owned.Contains(node.Grains.GetGrain<IPaymentGrain>(payment).GetGrainId()));
    }
}
