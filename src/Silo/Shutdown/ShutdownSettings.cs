using Payments.Silo.Configuration;

namespace Payments.Silo.Shutdown;

/// <summary>How the process ends. Section <see cref="Section"/>.</summary>
internal sealed class ShutdownSettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments:Shutdown";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>How long the process goes on serving after <c>/health/ready</c> has turned, so that whoever distributes requests has seen it: longer than
    /// the interval of its checks. When not set: 5 s in a cluster, else none.</summary>
    public TimeSpan? ReadinessDelay { get; set; }

    /// <summary>How long everything after that may take: requests in flight, webhooks in flight, grains handed over. What is not done then is dropped; it
    /// is durable and goes on elsewhere. Process managers that kill must wait longer than both.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="SettingsException">A value makes no sense.</exception>
    public static ShutdownSettings Read(IConfiguration configuration, ClusterSettings cluster)
    {
        ShutdownSettings settings;
        try
        {
            settings = configuration.GetSection(Section).Get<ShutdownSettings>() ?? new ShutdownSettings();
        }
        catch (InvalidOperationException error)
        {
            throw new SettingsException($"{Section}: {error.Message} {error.InnerException?.Message}");
        }

        settings.ReadinessDelay ??= cluster.IsCluster ? TimeSpan.FromSeconds(5) : TimeSpan.Zero;
        if (settings.ReadinessDelay < TimeSpan.Zero || settings.ReadinessDelay > Longest || settings.Timeout <= TimeSpan.Zero || settings.Timeout > Longest)
            throw new SettingsException($"{Section}: ReadinessDelay and Timeout must be times of up to {Longest}.");
        return settings;
    }
}
