namespace Payments.Silo.Configuration;

/// <summary>How this silo is addressed. Section <see cref="Section"/>.</summary>
public sealed class ClusterSettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments:Cluster";

    /// <summary>Port for other silos; with a single node nobody connects to it.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for Orleans clients.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Names the service over all its deployments; grain identity depends on it.</summary>
    public string ServiceId { get; set; } = "payments";

    /// <summary>Names this deployment.</summary>
    public string ClusterId { get; set; } = "embedded";
}
