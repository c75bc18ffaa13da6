namespace Payments.Silo.Configuration;

/// <summary>Whether a silo is alone.</summary>
public enum ClusterMode
{
    /// <summary>One silo, which nobody joins.</summary>
    Embedded,

    /// <summary>Any number of silos that find each other through PostgreSQL. Needs the full package set.</summary>
    Cluster,
}

/// <summary>What a process of a cluster does.</summary>
public enum ClusterRole
{
    /// <summary>Hosts grains and serves HTTP.</summary>
    SiloAndApi,

    /// <summary>Hosts grains; HTTP for health only.</summary>
    Silo,

    /// <summary>Serves HTTP and calls the grains as an Orleans client. Needs no grain storage and no provider's keys.</summary>
    Api,
}

/// <summary>How this process takes part in a cluster. Section <see cref="Section"/>.</summary>
public sealed class ClusterSettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments:Cluster";

    /// <summary>One silo, or many.</summary>
    public ClusterMode Mode { get; set; }

    /// <summary>What this process does; other than the default only in a cluster.</summary>
    public ClusterRole Role { get; set; }

    /// <summary>Port for other silos; with a single node nobody connects to it.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for Orleans clients.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>The IP address or host name under which the others of the cluster reach this silo. When empty, this machine's first network address.</summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>Listen on every address of this machine instead of the advertised one: for a silo behind address translation. The ports of a silo ask
    /// nobody for a password; they belong in a network of their own.</summary>
    public bool ListenOnAnyAddress { get; set; }

    /// <summary>Names the service over all its deployments. Reminders belong to it: the same on every silo, for ever.</summary>
    public string ServiceId { get; set; } = "payments";

    /// <summary>Names this deployment. Silos with the same one form a cluster. When empty: <c>embedded</c>, or <c>payments</c> in a cluster.</summary>
    public string ClusterId { get; set; } = "";

    /// <summary>An Npgsql connection string to the database where silos find each other; when empty, that of <c>Payments:Storage</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How the silos watch each other.</summary>
    public MembershipSettings Membership { get; set; } = new();

    /// <summary><see cref="ConnectionString"/> with what it leaves open.</summary>
    /// <exception cref="SettingsException">It is malformed. What is wrong with it is not repeated: it may be a piece of the password.</exception>
    internal string CompleteConnectionString() => ClusterDatabase.TryComplete(ConnectionString, out var completed)
        ? completed
        : throw new SettingsException($"{Section}:ConnectionString is not valid. {ClusterDatabase.Expected}");

    /// <summary>Whether this is one of many.</summary>
    public bool IsCluster => Mode == ClusterMode.Cluster;

    /// <summary>Whether this process runs grains.</summary>
    public bool HostsGrains => Role != ClusterRole.Api;

    /// <summary>Whether this process serves the two contracts.</summary>
    public bool ServesApi => Role != ClusterRole.Silo;
}
