using System.Text.RegularExpressions;
using Payments.Telemetry.Tests.Otlp;

namespace Payments.Telemetry.Tests.Dashboards;

/// <summary>What the collector's Prometheus exporter makes of names
/// (<see href="https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/"/>).</summary>
public static partial class PrometheusNames
{
    /// <summary>Labels that every series has: the collector makes them of the resource.</summary>
    public static readonly string[] Always = ["job", "instance"];

    private static readonly Dictionary<string, string> Units = new()
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["By"] = "bytes",
        ["MB"] = "megabytes",
        ["%"] = "percent",
    };

    /// <summary>The series of a metric, each with its labels.</summary>
    public static IEnumerable<(string Series, IReadOnlyList<string> Labels)> Of(Point point)
    {
        string[] labels = [.. point.Attributes.Keys.Select(OfLabel), .. Always];
        var name = OfMetric(point.Name, point.Unit, point.Kind);
        return point.Kind == MetricKind.Histogram
            ? [($"{name}_bucket", [.. labels, "le"]), ($"{name}_sum", labels), ($"{name}_count", labels)]
            : [(name, labels)];
    }

    /// <summary>The name of a metric.</summary>
    public static string OfMetric(string name, string unit, MetricKind kind)
    {
        var words = Separators().Split(name).Where(static word => word.Length > 0).ToList();
        var suffix = unit switch
        {
            "" or ['{', ..] => null,
            "1" => kind == MetricKind.Gauge ? "ratio" : null,
            _ => Units.GetValueOrDefault(unit, unit),
        };
        if (suffix is not null && !words.Contains(suffix))
            words.Add(suffix);
        if (kind == MetricKind.Counter)
        {
            words.Remove("total");
            words.Add("total");
        }

        return string.Join('_', words);
    }

    /// <summary>The name of a label.</summary>
    public static string OfLabel(string attribute) => Separators().Replace(attribute, "_");

    [GeneratedRegex("[^a-zA-Z0-9:]+")]
    private static partial Regex Separators();
}
