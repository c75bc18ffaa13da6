using System.Text.Json;
using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests.Rules;

/// <summary>Silos send to the collector, Prometheus reads from it, Grafana reads from Prometheus: each end is where the other
/// thinks.</summary>
internal static class TelemetryRules
{
    private const string Collector = "deploy/otel-collector/config.yaml";
    private const string Prometheus = "deploy/prometheus/prometheus.yml";
    private const string DataSource = "deploy/grafana/provisioning/datasources/prometheus.yaml";
    private const string Provider = "deploy/grafana/provisioning/dashboards/payments.yaml";
    private const string Dashboard = "deploy/grafana/dashboards/payments.json";

    /// <summary>Ports on which the collector listens: OTLP, what Prometheus reads, and its health.</summary>
    public static IReadOnlyList<int> CollectorPorts(Deployment deployment)
    {
        var config = Yaml.Parse(deployment.Files.Read(Collector));
        return
        [
            Port(config.At("receivers", "otlp", "protocols", "grpc", "endpoint").Text),
            Port(config.At("receivers", "otlp", "protocols", "http", "endpoint").Text),
            Port(config.At("exporters", "prometheus", "endpoint").Text),
            .. config.At("service", "extensions").Texts.Contains("health_check")
                ? [Port(config.At("extensions", "health_check", "endpoint").Text)] : (int[])[],
        ];
    }

    public static IEnumerable<string> Check(Deployment deployment)
    {
        var (compose, files) = (deployment.Compose, deployment.Files);
        var config = Yaml.Parse(files.Read(Collector));
        var prometheus = compose.Only(static service => service.ImageName == "prom/prometheus", "prometheus");
        var grafana = compose.Only(static service => service.ImageName == "grafana/grafana", "grafana");
        foreach (var silo in compose.Silos)
        {
            var protocol = silo.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc" ? "grpc" : "http";
            var port = Port(config.At("receivers", "otlp", "protocols", protocol, "endpoint").Text);
            if (new Uri(silo.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]).Port != port)
                yield return $"{silo.Name}: the collector speaks {silo.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"]} on port {port}.";
        }

        var scrapes = Yaml.Parse(files.Read(Prometheus)).At("scrape_configs").Items
            .SelectMany(static job => job["static_configs"]?.Items ?? [])
            .SelectMany(static targets => targets.At("targets").Texts).ToArray();
        var exporter = config.At("exporters", "prometheus", "endpoint").Text;
        if (!scrapes.Contains($"{compose.Only(static service => service.Target == "collector", "collector").Name}:{Port(exporter)}"))
            yield return $"{Prometheus}: nobody reads what the collector exports.";
        foreach (var target in scrapes.Where(static target => !target.StartsWith("localhost:", StringComparison.Ordinal)))
        {
            if (AddressRules.Problem(deployment, prometheus, new Uri($"http://{target}")) is { } problem)
                yield return $"{Prometheus}: {problem}";
        }

        foreach (var rules in Yaml.Parse(files.Read(Prometheus))["rule_files"]?.Texts ?? [])
        {
            var path = Path.Combine("/etc/prometheus", rules);
            if (!prometheus.Mounts.Any(mount => mount.Target == path))
                yield return $"{Prometheus}: {path} is not mounted.";
        }

        foreach (var source in Yaml.Parse(files.Read(DataSource)).At("datasources").Items)
        {
            if (AddressRules.Problem(deployment, grafana, new Uri(source.At("url").Text)) is { } problem)
                yield return $"{DataSource}: {problem}";
        }

        var folders = Yaml.Parse(files.Read(Provider)).At("providers").Items.Select(static provider => provider.At("options", "path").Text)
            .ToArray();
        foreach (var mount in grafana.Mounts.Where(static mount => mount.RepositoryPath == Dashboard))
        {
            var folder = Path.GetDirectoryName(mount.Target);
            if (!folders.Contains(folder))
                yield return $"{Provider}: Grafana looks for dashboards in {string.Join(", ", folders)}, not in {folder}.";
        }

        using var dashboard = JsonDocument.Parse(files.Read(Dashboard));
        if (!dashboard.RootElement.TryGetProperty("panels", out _))
            yield return $"{Dashboard}: it has no panels.";
    }

    private static int Port(string endpoint) => int.TryParse(endpoint.Split(':')[^1], out var port) ? port
        : throw new FormatException($"'{endpoint}' has no port.");
}
