using Npgsql;
using Payments.Cluster.Harness;
using Payments.Silo.Configuration;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Cluster.Client;

/// <summary>The sample, as a process of its own beside a cluster.</summary>
public sealed class CancelWorkerTests : IDisposable
{
    private const int Amount = 25_000;
    private static readonly Guid Card = Guid.Parse("11111111-1111-4111-8111-111111111111");

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-worker-");

    public void Dispose() => directory.Delete(recursive: true);

    [PostgresFact]
    public async Task It_cancels_what_may_be_cancelled_once_and_a_second_run_changes_nothing()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var nodes = await Task.WhenAll(cluster.StartNodeAsync(), cluster.StartNodeAsync(ClusterRole.Silo));
        var payments = await CreateOverHttpAsync(40, nodes);
        Assert.Equal(202, (await nodes[0].Http.CancelAsync(payments[0])).Status);
        await cluster.AssertVoidedOnceAsync(nodes[0].Grains, payments[..1]);
        var unknown = Guid.NewGuid();
        var input = string.Join('\n', [.. payments.Select(static payment => $"{payment}"), "", $"{unknown}", "order-4711"]);

        var first = await RunAsync(cluster, input);
        Assert.True(first.ExitCode == 0, $"{first.Output}\n{first.Errors}");
        string[] expected =
        [
            $"{payments[0]} left as CANCELLED",
            .. payments[1..].Select(static payment => $"{payment} cancelled"),
            $"{unknown} unknown to this merchant",
            "order-4711 is no payment id",
        ];
        Assert.Equal(expected.Order(), first.Output.Split('\n').Order());
        await cluster.AssertVoidedOnceAsync(nodes[0].Grains, payments);
        Assert.Equal(payments.Length, cluster.CancelCalls);

        var second = await RunAsync(cluster, input);
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(payments.Length, second.Output.Split('\n').Count(static line => line.EndsWith(" left as CANCELLED", StringComparison.Ordinal)));
        await cluster.AssertVoidedOnceAsync(nodes[0].Grains, payments);
        Assert.Equal(payments.Length, cluster.CancelCalls);
        Assert.Equal(payments.Length, await CountAsync(cluster, "document ->> 'CancelAttempts' = '1' AND document -> 'Cancellation' ->> 'Actor' IS NOT NULL"));
        Assert.Equal(payments.Length - 1, await CountAsync(cluster, "document -> 'Cancellation' ->> 'Actor' = 'nightly-abandoned-orders'"));
    }

    [PostgresFact]
    public async Task What_stands_in_its_way_is_told_in_one_line()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var nobody = await RunAsync(cluster, "", "--Payments:Client:ConnectTimeout=00:00:00.2");
        Assert.Equal((2, ""), (nobody.ExitCode, nobody.Output));
        Assert.StartsWith("CancelWorker: No silo of cluster 'test' could be reached within 00:00:00.2", nobody.Errors.Split('\n')[^1], StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(TestCluster cluster, string input, params string[] further) =>
        ManagedProcess.RunAsync(
            "CancelWorker",
            [
                $"--merchant={TestCluster.Merchant}", $"--Payments:Client:ConnectionString={cluster.Database}", "--Payments:Client:ClusterId=test",
                .. further,
            ],
            workingDirectory: directory.FullName,
            input: input);

    private static async Task<Guid[]> CreateOverHttpAsync(int count, Node[] nodes)
    {
        var payments = new Guid[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var transaction = $"abandoned-{Guid.NewGuid():N}";
            Assert.Equal(202, (await nodes[0].Http.CreateAsync(transaction, Amount, Card)).Status);
            payments[i] = await TestCluster.UntilAuthorizedAsync(nodes[i % nodes.Length].Grains, transaction);
        });
        return payments;
    }

    private static async Task<long> CountAsync(TestCluster cluster, string condition)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(cluster.Database) { Pooling = false });
        await using var command = source.CreateCommand($"SELECT count(*) FROM grain_state WHERE grain_type = 'payment' AND {condition}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
