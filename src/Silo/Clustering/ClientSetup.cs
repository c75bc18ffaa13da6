using Payments.Silo.Configuration;
using Payments.Silo.Health;

namespace Payments.Silo.Clustering;

/// <summary>Makes a process an Orleans client of a cluster that others host: as any internal service does it, with this program's
/// settings.</summary>
internal static class ClientSetup
{
    /// <summary>Adds the client, which connects when the host starts.</summary>
    public static void AddPaymentsClient(this IHostApplicationBuilder builder, ClusterSettings cluster)
    {
        builder.Services.AddSingleton<IReadiness, ClientReadiness>();
        builder.Services.AddPaymentsClient(options =>
        {
            options.ConnectionString = cluster.CompleteConnectionString();
            options.ClusterId = cluster.ClusterId;
            options.ServiceId = cluster.ServiceId;
            options.ConnectTimeout = cluster.Membership.JoinTimeout;
            options.RefreshInterval = cluster.Membership.TableRefresh;
        });
    }
}
