using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Storage;
using Payments.Cluster.Harness;
using Payments.Silo.Configuration;
using Payments.Testing;

namespace Payments.Cluster;

/// <summary>Processes that do only a part: grains without the contracts, contracts without grains.</summary>
public sealed class RoleTests
{
    [PostgresFact]
    public async Task An_api_without_grains_serves_the_contract_through_silos_without_it()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var silos = await Task.WhenAll(cluster.StartNodeAsync(ClusterRole.Silo), cluster.StartNodeAsync(ClusterRole.Silo));
        var gateways = new GatewayWatch();
        var api = await cluster.StartNodeAsync(ClusterRole.Api, configure: builder => builder.Services.AddSingleton<IClusterConnectionStatusObserver>(gateways));
        Assert.Null(api.Services.GetService<IGrainStorage>());
        Assert.Null(api.Services.GetKeyedService<IGrainStorage>("payments"));

        var payments = await TestCluster.AuthorizeAsync(16, api);
        var answers = await Task.WhenAll(payments.Select(payment => api.Http.CancelAsync(payment)));
        Assert.All(answers, static answer => Assert.Equal(202, answer.Status));
        await cluster.AssertVoidedOnceAsync(api.Grains, payments);
        var (status, list) = await api.Http.ReadAsync("/v2/payments?limit=200");
        Assert.Equal(200, status);
        Assert.All(payments, payment => Assert.Contains($"{payment}", list, StringComparison.Ordinal));
        Assert.Equal((404, ""), await silos[0].Http.ReadAsync($"/v2/payments/{payments[0]}"));

        Assert.Equal((200, """{"status":"ready"}"""), await api.Http.ReadAsync("/health/ready"));
        Assert.Equal((200, """{"status":"ready","packageSet":"full","cluster":{"id":"test","role":"Api"}}"""), await api.Http.ReadAsync("/health"));
        Assert.Equal(
            (200, """{"status":"ready","packageSet":"full","storage":"Postgres","cluster":{"id":"test","role":"Silo"}}"""), await silos[0].Http.ReadAsync("/health"));
        await Task.WhenAll(silos.Select(static silo => silo.StopUngracefullyAsync()));
        await gateways.Lost;
        Assert.Equal((503, """{"status":"unready","reason":"no silo of the cluster is connected"}"""), await api.Http.ReadAsync("/health/ready"));
        Assert.Equal(503, (await api.Http.CancelAsync(payments[0])).Status);
    }

    [PostgresFact]
    public async Task An_api_that_is_started_first_waits_for_a_silo()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var api = cluster.StartNodeAsync(ClusterRole.Api);
        var silo = await cluster.StartNodeAsync(ClusterRole.Silo);
        var payment = await TestCluster.AuthorizeAsync(silo.Grains);
        Assert.Equal(202, (await (await api.WaitAsync(TestCluster.Patience)).Http.CancelAsync(payment)).Status);
        await cluster.AssertVoidedOnceAsync(silo.Grains, [payment]);
    }

    [PostgresFact]
    public async Task An_api_that_finds_no_silo_gives_up_with_one_line()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var patience = new Dictionary<string, string> { ["Payments:Cluster:Membership:JoinTimeout"] = "00:00:00.1" };
        var error = await Assert.ThrowsAsync<ClusterUnreachableException>(() => cluster.StartNodeAsync(ClusterRole.Api, settings: patience));
        Assert.StartsWith("No silo of cluster 'test' could be reached within 00:00:00.1", error.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task An_api_with_a_wrong_password_does_not_wait()
    {
        await using var cluster = await TestCluster.CreateAsync();
        const string secret = "hunter2-not-to-be-seen";
        var wrong = new Dictionary<string, string>
        {
            ["Payments:Cluster:ConnectionString"] = new NpgsqlConnectionStringBuilder(cluster.Database) { Password = secret }.ConnectionString,
        };
        var error = await Assert.ThrowsAsync<ClusterUnreachableException>(() => cluster.StartNodeAsync(ClusterRole.Api, settings: wrong));
        Assert.Contains("cannot be used", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, error.Message, StringComparison.Ordinal);
    }
}
