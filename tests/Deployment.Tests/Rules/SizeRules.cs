using Microsoft.Extensions.Configuration;
using Npgsql;
using Payments.Deployment.Tests.Files;
using Payments.Silo.Clustering;
using Payments.Silo.Configuration;
using Payments.Storage;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Numbers that must fit each other.</summary>
internal static class SizeRules
{
    // PostgreSQL keeps three of max_connections to superusers; an operator's psql and a backup need some, too.
    private const int SpareConnections = 20;
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    public static IEnumerable<string> Check(Deployment deployment)
    {
        var compose = deployment.Compose;
        var available = compose.Postgres.Command
            .FirstOrDefault(static word => word.StartsWith("max_connections=", StringComparison.Ordinal))?.Split('=')[1];
        var needed = compose.Silos.Sum(Connections) + SpareConnections;
        if (!int.TryParse(available, out var most) || needed > most)
            yield return $"max_connections is {available}; the silos and an operator need {needed}.";

        foreach (var silo in compose.Silos)
        {
            var configuration = deployment.ConfigurationOf(silo);
            var stop = configuration.GetValue<TimeSpan>("Payments:Shutdown:ReadinessDelay")
                + configuration.GetValue<TimeSpan>("Payments:Shutdown:Timeout");
            if (ComposeService.Duration(silo.Yaml.At("stop_grace_period")) < stop + Margin)
                yield return $"{silo.Name}: it is killed before it has stopped: it may take {stop}.";
            var join = configuration.GetSection("Payments:Cluster:Membership").Get<MembershipSettings>() ?? new MembershipSettings();
            if (silo.Health?["start_period"] is { } period && ComposeService.Duration(period) < join.JoinTimeout)
                yield return $"{silo.Name}: it counts as broken while it may still join.";
        }

        if (compose.Silos.Select(static silo => silo.Environment["PAYMENTS__CLUSTER__CLUSTERID"]).Distinct().Count() > 1)
            yield return "The silos are not of one cluster.";
    }

    /// <summary>Readers, writers, and the cluster's own.</summary>
    private static int Connections(ComposeService silo)
    {
        var text = silo.Environment["PAYMENTS__STORAGE__CONNECTIONSTRING"];
        var cluster = new NpgsqlConnectionStringBuilder(new ClusterSettings { ConnectionString = text }.CompleteConnectionString());
        var writers = silo.Environment.TryGetValue("PAYMENTS__STORAGE__WRITERS", out var given)
            && int.TryParse(given, out var number)
                ? number
                : new StorageOptions().Writers;
        return new NpgsqlConnectionStringBuilder(text).MaxPoolSize + writers + cluster.MaxPoolSize;
    }
}
