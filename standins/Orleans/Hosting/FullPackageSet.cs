using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Orleans.Hosting;

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

    /// <summary>Grain states in a database.</summary>
    public class AdoNetGrainStorageOptions
    {
        public string Invariant { get; set; } = null!;

        public string? ConnectionString { get; set; }

        public DbDataSource? DataSource { get; set; }
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
    }
}
