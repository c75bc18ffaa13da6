using Microsoft.Extensions.Configuration;
using Payments.Deployment.Tests.Files;
using Payments.Silo;
using Payments.Silo.Configuration;
using Payments.Silo.Shutdown;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Every variable is one that its program reads, with a value that it takes.</summary>
internal static class SettingRules
{
    // What the images of others read, by their entry points and documentation.
    private static readonly Dictionary<string, string[]> Foreign = new()
    {
        ["postgres"] = ["POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"],
        ["grafana/grafana"] =
        [
            "GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD__FILE", "GF_USERS_ALLOW_SIGN_UP", "GF_PLUGINS_PREINSTALL_DISABLED",
            "GF_ANALYTICS_REPORTING_ENABLED",
            "GF_ANALYTICS_CHECK_FOR_UPDATES", "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
        ],
    };

    public static IEnumerable<string> Check(Deployment deployment)
    {
        foreach (var service in deployment.Compose.Services.Values)
        {
            var unknown = service.Target == "silo"
                ? service.Environment.Keys.Where(name => !IsOurs(deployment, service, name))
                : service.Environment.Keys.Except(Foreign.GetValueOrDefault(service.ImageName, []));
            foreach (var name in unknown)
                yield return $"{service.Name}: nobody reads the variable {name}.";
        }

        foreach (var silo in deployment.Compose.Services.Values.Where(static service => service.Target == "silo"))
        {
            foreach (var problem in Secrets(silo).Concat(Values(deployment, silo)))
                yield return problem;
        }

        foreach (var key in JsonKeys(deployment).Where(static key => !SettingNames.Exists(key)))
            yield return $"{DeploymentFiles.Merchants}: nobody reads {key}.";
    }

    private static bool IsOurs(Deployment deployment, ComposeService service, string name) => name switch
    {
        "URLS" => true,
        "ASPNETCORE_ENVIRONMENT" => service.Mounts.Any(mount => mount.Target == $"/app/appsettings.{service.Environment[name]}.json"),
        _ when name.StartsWith("PAYMENTS__", StringComparison.Ordinal) =>
            SettingNames.Exists(name.Replace("__", ":", StringComparison.Ordinal)),
        _ when name.StartsWith("OTEL_", StringComparison.Ordinal) => OpenTelemetryNames.All.Contains(name),
        _ => false,
    };

    /// <summary>A secret's file is a setting by its name, or some setting names the file.</summary>
    private static IEnumerable<string> Secrets(ComposeService silo) =>
        from secret in silo.Secrets
        where !SettingNames.Exists(secret.Target.Replace("__", ":", StringComparison.Ordinal))
            && !silo.Environment.Values.Any(value => value.Contains($"/run/secrets/{secret.Target}", StringComparison.Ordinal))
        select $"{silo.Name}: nobody reads the secret {secret.Target}.";

    private static IEnumerable<string> Values(Deployment deployment, ComposeService silo)
    {
        var configuration = deployment.ConfigurationOf(silo);
        try
        {
            var storage = StorageSettings.Read(configuration);
            storage.Validate();
            if (configuration["Payments:Cluster:Mode"] != "Cluster")
                return [$"{silo.Name}: it does not join a cluster."];

            // The stand-ins refuse a cluster, whatever the other settings are.
            if (!PackageSetInfo.IsFull)
                configuration["Payments:Cluster:Mode"] = "Embedded";
            ShutdownSettings.Read(configuration, ClusterSettingsReader.Read(configuration, storage));
            return configuration[SecretFiles.Setting] == "/run/secrets" ? [] : [$"{silo.Name}: it does not read its secrets."];
        }
        catch (Exception error) when (error is SettingsException or Storage.StorageUnavailableException)
        {
            return [$"{silo.Name}: {error.Message}"];
        }
    }

    private static IEnumerable<string> JsonKeys(Deployment deployment) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(deployment.Files.Read(DeploymentFiles.Merchants))))
        .Build().AsEnumerable().Where(static pair => pair.Value is not null).Select(static pair => pair.Key);
}
