using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Payments.Cluster.Harness;
using Payments.Testing;

namespace Payments.Cluster;

/// <summary>The retry shards and their reminders, the durable backstop, go where there are silos.</summary>
public sealed class ReminderTests
{
    private const int Shards = 8;

    [PostgresFact]
    public async Task Reminders_of_a_silo_that_is_lost_are_fired_by_the_others()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var board = new ReminderBoard(Shards);
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => StartAsync(cluster, board, i)));
        await board.AllShardsAsync(0, 1, 2);

        await nodes[2].StopUngracefullyAsync();
        await board.AllShardsAsync(0, 1);

        await nodes[1].StopUngracefullyAsync();
        await board.AllShardsAsync(0);
    }

    private static Task<Node> StartAsync(TestCluster cluster, ReminderBoard board, int number)
    {
        var period = new Dictionary<string, string> { ["Payments:Retry:ReminderPeriod"] = "00:00:01" };
        return cluster.StartNodeAsync(settings: period, configure: builder =>
        {
            builder.Services.Configure<ReminderOptions>(static options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1));
            builder.Services.AddSingleton(board.ReporterOf(number));
        });
    }
}
