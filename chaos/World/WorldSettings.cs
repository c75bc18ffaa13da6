using Payments.Testing.Processes;

namespace Payments.Chaos.World;

/// <summary>The settings that a run's silos get, and which of them differ from production.</summary>
internal static class WorldSettings
{
    /// <summary>What every run changes, each for a reason that has nothing to do with what is measured.</summary>
    public static readonly IReadOnlyDictionary<string, string> Always = new Dictionary<string, string>
    {
        // A client that repeats an unanswered create would run into the limit that protects the provider from a merchant's loop.
        ["Payments:Policy:CreateAttemptsMax"] = "100000",

        // The bank's night takes seconds here.
        ["Payments:Policy:SettlementWatch:Initial"] = "00:00:01",
        ["Payments:Policy:SettlementWatch:Max"] = "00:00:05",
    };

    /// <summary>What a run with faults changes besides: after many failures the next try is minutes away, and nobody waits for it here.</summary>
    public static readonly IReadOnlyDictionary<string, string> WithFaults = new Dictionary<string, string>
    {
        ["Payments:Policy:OperationRetry:Max"] = "00:00:05",
        ["Payments:RequestPolicy:Retry:Max"] = "00:00:05",

        // A create that was answered 5xx is looked for among the newest intents; here come more of them in a minute than the usual limit.
        ["Payments:Stripe:SearchLimit"] = "50000",
    };

    private const int ReadConnectionsPerSilo = 40;

    /// <summary>The command line of one silo.</summary>
    /// <param name="ports">HTTP, silo and gateway port.</param>
    /// <param name="place">Where everything is.</param>
    /// <param name="changed">Settings that differ from production.</param>
    public static IReadOnlyList<string> CommandLine((int Http, int Silo, int Gateway) ports, Place place, IReadOnlyDictionary<string, string> changed)
    {
        var all = new Dictionary<string, string>
        {
            ["urls"] = $"http://127.0.0.1:{ports.Http}",
            ["Payments:Auth:DevelopmentSigningKey"] = place.SigningKey,
            ["Payments:Cluster:Mode"] = place.IsCluster ? "Cluster" : "Embedded",
            ["Payments:Cluster:AdvertisedAddress"] = "127.0.0.1",
            ["Payments:Cluster:SiloPort"] = $"{ports.Silo}",
            ["Payments:Cluster:GatewayPort"] = $"{ports.Gateway}",
            ["Logging:LogLevel:Default"] = "Warning",
            ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        };
        foreach (var (key, value) in Merchant.All.SelectMany(merchant => merchant.Settings(place.Sandbox)).Concat(changed))
            all[key] = value;
        return PaymentsProcesses.SiloArguments(
            place.Sandbox, place.Folder, $"{place.Database};Maximum Pool Size={ReadConnectionsPerSilo}", all);
    }
}

/// <summary>Where a run's things are.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Sandbox">Where the sandbox listens.</param>
/// <param name="Database">Connection string.</param>
/// <param name="SigningKey">Signs the tokens, base64.</param>
/// <param name="IsCluster">Whether the silos form a cluster.</param>
internal sealed record Place(string Folder, Uri Sandbox, string Database, string SigningKey, bool IsCluster);
