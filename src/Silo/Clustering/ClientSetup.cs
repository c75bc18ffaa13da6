using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Payments.Silo.Configuration;
using Payments.Silo.Health;

namespace Payments.Silo.Clustering;

/// <summary>Makes a process an Orleans client of a cluster that others host.</summary>
internal static class ClientSetup
{
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);

    // Classes of SQLSTATE that no wait mends: the password, the database's name.
    private const string InvalidAuthorization = "28";
    private const string InvalidCatalogName = "3D";

    /// <summary>Adds the client, which connects when the host starts.</summary>
    public static void AddPaymentsClient(this WebApplicationBuilder builder, ClusterSettings cluster)
    {
        var connectionString = ClusterDatabase.ConnectionString(cluster);
        builder.Services.AddSingleton<ClusterConnection>();
        builder.Services.AddSingleton<IReadiness, ClientReadiness>();
        builder.Services.AddSingleton<IOutgoingGrainCallFilter, ContractCallRetry>();
        builder.Services.AddTravellingFailures();
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
            client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (ClusterDatabase.Invariant, connectionString));

            // A silo that comes back is used again after at most this long.
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = cluster.Membership.TableRefresh);
            client.AddGatewayCountChangedHandler(static provider => provider.GetRequiredService<ClusterConnection>().Changed);
            client.AddActivityPropagation();
            client.UseConnectionRetryFilter(Patience(cluster.Membership.JoinTimeout, connectionString));
        });
    }

    /// <summary>Waits for the first silo: in a deployment everything starts at once.</summary>
    private static Func<Exception, CancellationToken, Task<bool>> Patience(TimeSpan timeout, string connectionString)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        return async (error, cancellationToken) =>
        {
            if (error is PostgresException { SqlState: var state } && (Is(state, InvalidAuthorization) || Is(state, InvalidCatalogName)))
                throw new SettingsException($"{ClusterSettings.Section}: {ClusterDatabase.Describe(connectionString)} cannot be used: {error.Message}");
            if (time.GetElapsedTime(began) > timeout)
                throw new SettingsException($"{ClusterSettings.Section}: no silo of the cluster could be reached within {timeout}: {error.Message}");
            await Task.Delay(RetryWait, time, cancellationToken);
            return true;
        };
    }

    private static bool Is(string sqlState, string sqlClass) => sqlState.StartsWith(sqlClass, StringComparison.Ordinal);
}
