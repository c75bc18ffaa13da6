using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;

namespace Orleans.Serialization
{
    /// <summary>Which exceptions may travel between silos. There is only one here; the values are only kept.</summary>
    public class ExceptionSerializationOptions
    {
        public HashSet<string> SupportedNamespacePrefixes { get; } = new(StringComparer.Ordinal) { "Microsoft", "System", "Azure" };
    }
}

namespace Orleans.Configuration
{
    /// <summary>Cluster membership in a database.</summary>
    public class AdoNetClusteringSiloOptions
    {
        public string? ConnectionString { get; set; }

        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = null!;
    }

    /// <summary>Reminders in a database.</summary>
    public class AdoNetReminderTableOptions
    {
        public string Invariant { get; set; } = null!;

        public string? ConnectionString { get; set; }

        public DbDataSource? DataSource { get; set; }
    }

    /// <summary>Where a client finds the gateways.</summary>
    public class AdoNetClusteringClientOptions
    {
        public string? ConnectionString { get; set; }

        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = null!;
    }

    /// <summary>How silos watch each other. There is only one here; the values are only kept.</summary>
    public class ClusterMembershipOptions
    {
        public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

        public int NumMissedProbesLimit { get; set; } = 3;

        public int NumProbedSilos { get; set; } = 10;

        public int NumVotesForDeathDeclaration { get; set; } = 2;

        public TimeSpan DeathVoteExpirationTimeout { get; set; } = TimeSpan.FromMinutes(2);

        public TimeSpan TableRefreshTimeout { get; set; } = TimeSpan.FromSeconds(60);

        public TimeSpan IAmAliveTablePublishTimeout { get; set; } = TimeSpan.FromSeconds(30);

        public TimeSpan MaxJoinAttemptTime { get; set; } = TimeSpan.FromMinutes(5);
    }

    /// <summary>How a client keeps its list of gateways.</summary>
    public class GatewayOptions
    {
        public TimeSpan GatewayListRefreshPeriod { get; set; } = TimeSpan.FromMinutes(1);
    }

    /// <summary>How long a client waits.</summary>
    public class ClientMessagingOptions : MessagingOptions;

    /// <summary>Grain states in a database.</summary>
    public class AdoNetGrainStorageOptions
    {
        public string Invariant { get; set; } = null!;

        public string? ConnectionString { get; set; }

        public DbDataSource? DataSource { get; set; }

        public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;

        public bool DeleteStateOnClear { get; set; }
    }
}

namespace Orleans
{
    /// <summary>Hears how many gateways a client is connected to.</summary>
    public delegate void GatewayCountChangedHandler(object? sender, GatewayCountChangedEventArgs e);

    /// <summary>How many gateways a client is connected to.</summary>
    public class GatewayCountChangedEventArgs(int currentNumberOfConnectedGateways, int previousNumberOfConnectedGateways) : EventArgs
    {
        public int NumberOfConnectedGateways => currentNumberOfConnectedGateways;

        public int PreviousNumberOfConnectedGateways => previousNumberOfConnectedGateways;
    }
}

namespace Orleans.Hosting
{
    /// <summary>What this single-node runtime cannot do. Each method has the signature of the real one and refuses.</summary>
    public static class FullPackageSet
    {
        public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions) =>
            throw Needed(nameof(UseAdoNetClustering));

        public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions) =>
            throw Needed(nameof(UseAdoNetReminderService));

        public static ISiloBuilder AddAdoNetGrainStorage(
            this ISiloBuilder builder, string name, Action<AdoNetGrainStorageOptions> configureOptions) =>
            throw Needed(nameof(AddAdoNetGrainStorage));

        public static IServiceCollection AddAdoNetGrainStorage(
            this IServiceCollection services, string name, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null) =>
            throw Needed(nameof(AddAdoNetGrainStorage));

        public static ISiloBuilder ConfigureEndpoints(
            this ISiloBuilder builder, IPAddress advertisedIP, int siloPort, int gatewayPort, bool listenOnAnyHostAddress = false) =>
            throw Needed(nameof(ConfigureEndpoints));

        public static ISiloBuilder ConfigureEndpoints(
            this ISiloBuilder builder,
            int siloPort,
            int gatewayPort,
            AddressFamily addressFamily = AddressFamily.InterNetwork,
            bool listenOnAnyHostAddress = false) =>
            throw Needed(nameof(ConfigureEndpoints));

        public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<AdoNetClusteringClientOptions> configureOptions) =>
            throw Needed(nameof(UseAdoNetClustering));

        public static IClientBuilder Configure<TOptions>(this IClientBuilder builder, Action<TOptions> configureOptions) where TOptions : class =>
            throw Needed(nameof(IClientBuilder));

        public static IClientBuilder UseConnectionRetryFilter(
            this IClientBuilder builder, Func<Exception, CancellationToken, Task<bool>> connectionRetryFilter) =>
            throw Needed(nameof(UseConnectionRetryFilter));

        public static IClientBuilder AddGatewayCountChangedHandler(
            this IClientBuilder builder, Func<IServiceProvider, GatewayCountChangedHandler> handlerFactory) =>
            throw Needed(nameof(AddGatewayCountChangedHandler));

        public static IClientBuilder AddActivityPropagation(this IClientBuilder builder) => throw Needed(nameof(IClientBuilder));

        internal static NotSupportedException Needed(string what) => new(
            $"{what} needs the full package set: the Orleans stand-in is a single node without network. See docs/package-sets.md.");
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>A remote client, which needs the real packages.</summary>
    public static class OrleansClientGenericHostExtensions
    {
        public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate) =>
            throw FullPackageSet.Needed(nameof(UseOrleansClient));

        public static HostApplicationBuilder UseOrleansClient(this HostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate) =>
            throw FullPackageSet.Needed(nameof(UseOrleansClient));

        public static IServiceCollection AddOrleansClient(this IServiceCollection services, Action<IClientBuilder> configureDelegate) =>
            throw FullPackageSet.Needed(nameof(AddOrleansClient));
    }
}
