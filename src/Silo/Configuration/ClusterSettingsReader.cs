using Payments.Storage;

namespace Payments.Silo.Configuration;

/// <summary>Reads section <c>Payments:Cluster</c> and checks it against the storage.</summary>
internal static class ClusterSettingsReader
{
    private const int PortMax = 65535;
    private const int VotesMax = 10;
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IntervalMax = TimeSpan.FromHours(1);

    /// <summary>The settings. In a cluster the reminders leave <paramref name="storage"/>: they belong to the cluster's own tables.</summary>
    /// <exception cref="SettingsException">One makes no sense; the message names it.</exception>
    public static ClusterSettings Read(IConfiguration configuration, StorageOptions storage)
    {
        var settings = Bind(configuration);
        RequirePort(nameof(settings.SiloPort), settings.SiloPort);
        RequirePort(nameof(settings.GatewayPort), settings.GatewayPort);
        Require(!string.IsNullOrWhiteSpace(settings.ServiceId), nameof(settings.ServiceId), "must not be empty.");
        if (string.IsNullOrWhiteSpace(settings.ClusterId))
            settings.ClusterId = settings.IsCluster ? "payments" : "embedded";
        if (!settings.IsCluster)
        {
            Require(settings.Role == ClusterRole.SiloAndApi, nameof(settings.Role), $"{settings.Role} needs {ClusterSettings.Section}:Mode=Cluster.");
            return settings;
        }

        Require(PackageSetInfo.IsFull, $"{nameof(settings.Mode)}=Cluster",
            "needs the full package set; this program was built on the stand-ins, which run a single silo (docs/package-sets.md).");
        Require(settings.SiloPort != settings.GatewayPort, nameof(settings.GatewayPort), "must differ from SiloPort.");
        CheckMembership(settings.Membership);
        CheckStorage(configuration, settings, storage);
        return settings;
    }

    private static ClusterSettings Bind(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection(ClusterSettings.Section).Get<ClusterSettings>() ?? new ClusterSettings();
        }
        catch (InvalidOperationException error)
        {
            throw new SettingsException($"{ClusterSettings.Section}: {error.Message} {error.InnerException?.Message}");
        }
    }

    private static void CheckStorage(IConfiguration configuration, ClusterSettings settings, StorageOptions storage)
    {
        if (settings.HostsGrains)
        {
            if (storage.Kind == StorageKind.Sqlite)
                throw new SettingsException($"{ClusterSettings.Section}:Mode=Cluster needs Payments:Storage:Kind=Postgres or AdoNet: the silos share one database.");
            if (configuration.GetValue<bool?>("Payments:Storage:ProvideReminders") == true)
                throw new SettingsException("Payments:Storage:ProvideReminders must be false in a cluster: its reminders are in the cluster's own tables.");
            storage.ProvideReminders = false;
        }

        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
            settings.ConnectionString = storage.ConnectionString;
        Require(!string.IsNullOrWhiteSpace(settings.ConnectionString), nameof(settings.ConnectionString),
            "is missing, and so is Payments:Storage:ConnectionString.");
    }

    private static void CheckMembership(MembershipSettings membership)
    {
        RequireInterval(nameof(membership.ProbeTimeout), membership.ProbeTimeout);
        RequireInterval(nameof(membership.VoteExpiration), membership.VoteExpiration);
        RequireInterval(nameof(membership.TableRefresh), membership.TableRefresh);
        RequireInterval(nameof(membership.AlivePublish), membership.AlivePublish);
        RequireInterval(nameof(membership.JoinTimeout), membership.JoinTimeout);
        RequireCount(nameof(membership.MissedProbes), membership.MissedProbes, 100);
        RequireCount(nameof(membership.Votes), membership.Votes, VotesMax);
        RequireCount(nameof(membership.ProbedSilos), membership.ProbedSilos, 100);
        Require(membership.Votes <= membership.ProbedSilos, "Membership:Votes", "must not exceed ProbedSilos: there would never be so many votes.");
        Require(membership.VoteExpiration >= membership.ProbeTimeout * membership.MissedProbes, "Membership:VoteExpiration",
            "must be at least ProbeTimeout × MissedProbes: a vote would lapse before the next one is cast.");
    }

    private static void RequirePort(string name, int port) => Require(port is > 0 and <= PortMax, name, $"{port} is not a port.");

    private static void RequireCount(string name, int count, int most) =>
        Require(count >= 1 && count <= most, $"Membership:{name}", $"is {count}; it must be between 1 and {most}.");

    private static void RequireInterval(string name, TimeSpan interval) =>
        Require(interval >= IntervalMin && interval <= IntervalMax, $"Membership:{name}", $"is {interval}; it must be between {IntervalMin} and {IntervalMax}.");

    private static void Require(bool holds, string name, string otherwise)
    {
        if (!holds)
            throw new SettingsException($"{ClusterSettings.Section}:{name} {otherwise}");
    }
}
