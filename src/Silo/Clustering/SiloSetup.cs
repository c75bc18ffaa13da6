using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Orleans.Hosting;
using Payments.Grains;
using Payments.Grains.Ports;
using Payments.Silo.Configuration;
using Payments.Silo.Health;
using Payments.Storage;

namespace Payments.Silo.Clustering;

/// <summary>Makes a process host grains: alone, or as one silo of many.</summary>
internal static class SiloSetup
{
    /// <summary>Between the end of the last grain's turn and the end of the connections: what it answered must have left, or its caller waits in vain.</summary>
    private static readonly TimeSpan LastAnswersWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Adds the silo and everything that grains need.</summary>
    public static void AddPaymentsSilo(this IHostApplicationBuilder builder, ClusterSettings cluster, StorageOptions storage) =>
        builder.AddPaymentsSilo(storage, silo =>
        {
            if (cluster.IsCluster)
                silo.JoinCluster(cluster);
            else
                silo.StayAlone(cluster);
        });

    /// <summary>Adds a silo that finds its cluster in a way of its own, and everything that grains need.</summary>
    public static void AddPaymentsSilo(this IHostApplicationBuilder builder, StorageOptions storage, Action<ISiloBuilder> join)
    {
        builder.UseOrleans(silo =>
        {
            join(silo);
            silo.AddPaymentsStorage(storage);
            if (storage.Kind == StorageKind.AdoNet)
                silo.Services.AddOrleansAdoNetStorage(storage);
            silo.AddActivityPropagation();
        });
        builder.Services.AddSingleton<IMerchants>(static provider => new ConfiguredMerchants(provider.GetRequiredService<IConfiguration>()));
        builder.Services.AddPaymentProviders();
        builder.Services.AddPaymentGrains();
        builder.Services.AddHostedService<ScanStarter>();
        builder.Services.AddSingleton<IReadiness, SiloReadiness>();
    }

    /// <summary>Checks that this silo can listen where its settings say.</summary>
    /// <exception cref="SettingsException">It cannot; the message says why.</exception>
    public static void CheckPorts(ClusterSettings cluster)
    {
        var address = cluster switch
        {
            { IsCluster: false } => IPAddress.Loopback,
            { ListenOnAnyAddress: true } or { AdvertisedAddress: null or "" } => IPAddress.Any,
            _ => Resolve(cluster.AdvertisedAddress),
        };
        ListenAddresses.CheckPort($"{ClusterSettings.Section}:{nameof(cluster.SiloPort)}", address, cluster.SiloPort);
        ListenAddresses.CheckPort($"{ClusterSettings.Section}:{nameof(cluster.GatewayPort)}", address, cluster.GatewayPort);
    }

    private static void StayAlone(this ISiloBuilder silo, ClusterSettings cluster)
    {
        silo.UseLocalhostClustering(cluster.SiloPort, cluster.GatewayPort, serviceId: cluster.ServiceId, clusterId: cluster.ClusterId);
        silo.AddReminders();
    }

    private static void JoinCluster(this ISiloBuilder silo, ClusterSettings cluster)
    {
        var connectionString = cluster.CompleteConnectionString();
        silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
        if (string.IsNullOrWhiteSpace(cluster.AdvertisedAddress))
            silo.ConfigureEndpoints(cluster.SiloPort, cluster.GatewayPort, AddressFamily.InterNetwork, cluster.ListenOnAnyAddress);
        else
            silo.ConfigureEndpoints(Resolve(cluster.AdvertisedAddress), cluster.SiloPort, cluster.GatewayPort, cluster.ListenOnAnyAddress);
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (ClusterDatabase.Invariant, connectionString));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (ClusterDatabase.Invariant, connectionString));
        silo.Configure<ClusterMembershipOptions>(options => Apply(cluster.Membership, options));
        silo.Configure<SiloMessagingOptions>(static options => options.WaitForMessageToBeQueuedForOutboundTime = LastAnswersWait);

        // Outside the filters that are added later: each try is a call of its own to them.
        silo.Services.AddSingleton<IOutgoingGrainCallFilter, ContractCallRetry>();
        silo.Services.AddTravellingFailures();
        silo.Services.AddClusterSchema(connectionString);
    }

    private static void Apply(MembershipSettings settings, ClusterMembershipOptions options)
    {
        options.ProbeTimeout = settings.ProbeTimeout;
        options.NumMissedProbesLimit = settings.MissedProbes;
        options.NumProbedSilos = settings.ProbedSilos;
        options.NumVotesForDeathDeclaration = settings.Votes;
        options.DeathVoteExpirationTimeout = settings.VoteExpiration;
        options.TableRefreshTimeout = settings.TableRefresh;
        options.IAmAliveTablePublishTimeout = settings.AlivePublish;
        options.MaxJoinAttemptTime = settings.JoinTimeout;
    }

    private static IPAddress Resolve(string host)
    {
        if (IPAddress.TryParse(host, out var address))
            return address;
        try
        {
            if (Dns.GetHostAddresses(host, AddressFamily.InterNetwork) is [var first, ..])
                return first;
        }
        catch (SocketException)
        {
            // Told below.
        }

        throw new SettingsException($"{ClusterSettings.Section}:AdvertisedAddress: '{host}' is no IP address and no name that resolves to one.");
    }
}
