using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Runtime;
using Orleans.Serialization;
using Payments.Cluster.Harness;
using Payments.Silo.Configuration;
using Payments.Storage;
using Payments.Testing;

namespace Payments.Cluster;

/// <summary>What a grain's storage throws arrives on another silo, and at an API-only process, as what it is: the API tells by it what will pass.</summary>
public sealed class TravellingFailureTests
{
    [PostgresFact]
    public async Task A_failure_of_storage_can_be_told_on_another_silo()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var silo = await cluster.StartNodeAsync();
        var api = await cluster.StartNodeAsync(ClusterRole.Api);
        var refused = new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused));
        var ended = new PostgresException("terminating connection", "FATAL", "FATAL", "57P01");
        Exception[] failures =
        [
            new OrleansException("Error from storage provider", refused),
            new OrleansException("Error from storage provider", ended),
            new OrleansException("Error from storage provider", new StorageWriteException("not written", outcomeUnknown: true, ended)),
            refused,
            ended,
        ];

        foreach (var failure in failures)
        {
            var sent = silo.Services.GetRequiredService<Serializer>().SerializeToArray<Exception>(failure);
            var received = api.Services.GetRequiredService<Serializer>().Deserialize<Exception>(sent)!;

            Assert.Equal(TypesOf(failure), TypesOf(received));
            Assert.Contains(failure.Message, received.Message, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<Type> TypesOf(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            yield return error.GetType();
    }
}
