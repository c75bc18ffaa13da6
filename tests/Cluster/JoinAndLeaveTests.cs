using System.Net.Sockets;
using Orleans.Runtime;
using Payments.Cluster.Harness;
using Payments.Testing;
using Xunit.Abstractions;

namespace Payments.Cluster;

/// <summary>Silos come and go in good order, as in a rolling restart.</summary>
public sealed class JoinAndLeaveTests(ITestOutputHelper output)
{
    private const int Step = 60;
    private const int RoundsMax = 20;

    [PostgresFact]
    public async Task A_silo_that_joins_and_leaves_under_load_loses_nothing_and_fails_nobody()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var nodes = await cluster.StartNodesAsync(2);
        await using var load = new Load(8, nodes);
        await load.ProceedAsync(Step);

        // Payments that are created through the guest are placed on it, and then cancelled through all of them while it leaves.
        var guest = await cluster.StartNodeAsync(settings: new Dictionary<string, string> { ["Payments:Shutdown:ReadinessDelay"] = "00:00:02" });
        var callers = Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => UseWhileReadyAsync(guest, nodes[i % 2], load, i))));
        var rounds = 0;
        do
        {
            Assert.True(rounds++ < RoundsMax, "Nothing is placed on the silo that joined.");
            await load.ProceedAsync(Step);
        }
        while (await ActivationsOnAsync(nodes[0], guest.SiloPort) == 0);

        var began = TimeProvider.System.GetTimestamp();
        await guest.StopAsync();
        var stopped = TimeProvider.System.GetElapsedTime(began);
        await load.ProceedAsync(Step);
        await load.StopAsync();

        output.WriteLine($"{load.Cancelled.Count} cancels, {(await callers).Sum()} of them with the silo that came and went.");
        output.WriteLine($"It stopped within {stopped.TotalSeconds:F1} s.");
        Assert.True(load.Failures.Count == 0, string.Join('\n', load.Failures));
        Assert.InRange(stopped, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await cluster.AssertVoidedOnceAsync(nodes[0].Grains, load.Cancelled);
    }

    [PostgresFact]
    public async Task A_silo_that_stops_turns_unready_first_serves_on_and_finishes_what_is_in_flight()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var stays = await cluster.StartNodeAsync();
        var leaves = await cluster.StartNodeAsync(settings: new Dictionary<string, string> { ["Payments:Shutdown:ReadinessDelay"] = "00:00:02" });
        var payments = await TestCluster.AuthorizeAsync(8, leaves, stays);
        Assert.Equal((200, """{"status":"ready"}"""), await leaves.Http.ReadAsync("/health/ready"));

        var stopping = leaves.StopAsync();
        (int Status, string Body) ready;
        do
            ready = await leaves.Http.ReadAsync("/health/ready");
        while (ready.Status == 200);
        Assert.Equal((503, """{"status":"unready","reason":"the process is stopping"}"""), ready);
        Assert.Equal(200, (await leaves.Http.ReadAsync("/health/live")).Status);
        Assert.False(stopping.IsCompleted);

        // At the provider for longer than readiness is waited for: the web server stops under these requests.
        cluster.Sandbox.Faults.Add(new Sandbox.FaultRule("payment_intent.cancel", Sandbox.FaultKind.Latency, Count: -1, LatencyMs: 1200));
        var inFlight = await Task.WhenAll(payments.Select(payment => leaves.Http.CancelAsync(payment)));
        Assert.All(inFlight, static answer => Assert.Equal(202, answer.Status));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        await cluster.AssertVoidedOnceAsync(stays.Grains, payments);
        Assert.Equal(payments.Length, cluster.CancelCalls);
    }

    [PostgresFact]
    public async Task A_caller_that_never_finishes_its_request_cannot_hold_up_a_stop()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var limits = new Dictionary<string, string> { ["Payments:Shutdown:ReadinessDelay"] = "00:00:00", ["Payments:Shutdown:Timeout"] = "00:00:02" };
        var node = await cluster.StartNodeAsync(settings: limits);
        using var caller = new TcpClient();
        await caller.ConnectAsync(node.Http.BaseAddress!.Host, node.Http.BaseAddress.Port);
        await caller.GetStream().WriteAsync("PATCH /v2/payments/"u8.ToArray());

        var began = TimeProvider.System.GetTimestamp();
        await node.StopAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static async Task<int> UseWhileReadyAsync(Node guest, Node resident, Load load, int worker)
    {
        var calls = worker;
        for (; (await guest.Http.ReadAsync("/health/ready")).Status == 200; calls++)
            await (calls % 2 == 0 ? load.CancelOneAsync(guest, resident) : load.CancelOneAsync(resident, guest));
        return calls - worker;
    }

    private static async Task<int> ActivationsOnAsync(Node node, int siloPort)
    {
        var statistics = await node.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        return statistics.Count(grain => grain.SiloAddress.Endpoint.Port == siloPort && grain.GrainId.Type.ToString() == "payment");
    }
}
