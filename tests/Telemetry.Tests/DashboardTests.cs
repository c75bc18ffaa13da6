using System.Text.Json;
using System.Text.RegularExpressions;
using Payments.Telemetry.Tests.Dashboards;
using Payments.Telemetry.Tests.Harness;
using Payments.Telemetry.Tests.Otlp;

namespace Payments.Telemetry.Tests;

/// <summary>deploy/ and docs/ name what the program emits, and nothing else.</summary>
[Collection(MeasuredRun.Name)]
public sealed partial class DashboardTests(MetricsScenario scenario)
{
    // Prometheus makes it itself, of every scrape.
    private const string ScrapeHealth = "up";

    private ILookup<string, IReadOnlyList<string>> Emitted => scenario.All.SelectMany(PrometheusNames.Of)
        .ToLookup(static series => series.Series, static series => series.Labels);

    [Fact]
    public void Every_metric_and_label_of_the_dashboard_is_emitted()
    {
        var expressions = DashboardFiles.Dashboard().ToList();
        Assert.True(expressions.Count > 30);
        Assert.Empty(expressions.SelectMany(item => Problems(item.Where, item.Expression, item.Legend)));
    }

    [Fact]
    public void Every_metric_and_label_of_the_alert_rules_is_emitted()
    {
        var expressions = DashboardFiles.Alerts().ToList();
        Assert.True(expressions.Count > 10);
        Assert.Empty(expressions.SelectMany(item => Problems(item.Where, item.Expression, legend: "")));
    }

    [Fact]
    public void Every_measurement_of_ours_is_documented_and_every_documented_one_is_emitted()
    {
        // A process without grains is none of this scenario; the cluster's test has one.
        var emitted = scenario.All.Select(static point => point.Name)
            .Where(static name => name.StartsWith("payments.", StringComparison.Ordinal))
            .Append("payments.cluster.gateways");
        var documented = Documented().Matches(DashboardFiles.Documentation()).Select(static match => match.Groups[1].Value);
        Assert.Equal(emitted.Distinct().Order(StringComparer.Ordinal), documented.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_attribute_of_ours_is_documented_beside_its_measurement()
    {
        var rows = DocumentedRows().Matches(DashboardFiles.Documentation()).ToDictionary(static row => row.Groups[1].Value, static row => row.Value);
        var missing = scenario.All.Where(static point => point.Name.StartsWith("payments.", StringComparison.Ordinal))
            .SelectMany(static point => point.Attributes.Keys, static (point, attribute) => (point.Name, attribute)).Distinct()
            .Where(pair => !rows.TryGetValue(pair.Name, out var row) || !row.Contains($"`{pair.attribute}`", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void The_dashboard_asks_the_data_source_that_is_provisioned_and_is_where_the_provisioning_looks()
    {
        using var json = JsonDocument.Parse(DashboardFiles.Read("dashboards/payments.json"));
        var sources = json.RootElement.GetProperty("panels").EnumerateArray()
            .Where(static panel => panel.TryGetProperty("datasource", out _))
            .Select(static panel => panel.GetProperty("datasource").GetProperty("uid").GetString());
        Assert.Equal(["prometheus"], sources.Distinct());
        Assert.Contains("uid: prometheus\n", DashboardFiles.Read("provisioning/datasources/prometheus.yaml"), StringComparison.Ordinal);
        Assert.Contains("path: /var/lib/grafana/dashboards\n", DashboardFiles.Read("provisioning/dashboards/payments.yaml"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sum by (contract, outcome) (rate(payments_cancels_total[5m]))", "payments_cancels_total", "contract,outcome")]
    [InlineData("""max(a_b{stage="provider, {x}", le!~".+"}) > 300""", "a_b{stage,le}", "")]
    [InlineData(
        """histogram_quantile(0.99, sum by (le) (rate(c_bucket{operation="x"}[$__rate_interval]))) / on (x) d offset 5m unless e""",
        "c_bucket{operation} d e",
        "le,x")]
    [InlineData("absent(f)", "f", "")]
    public void The_names_in_an_expression_are_found(string expression, string series, string grouping)
    {
        var parsed = PromQl.Parse(expression);
        Assert.Equal(series, string.Join(' ', parsed.Series.Select(static one =>
            one.Labels.Count == 0 ? one.Metric : $"{one.Metric}{{{string.Join(',', one.Labels)}}}")));
        Assert.Equal(grouping, string.Join(',', parsed.Grouping));
    }

    [Theory]
    [InlineData("payments.cancels", "{cancel}", MetricKind.Counter, "payments_cancels_total")]
    [InlineData("payments.cancel.pending.age", "s", MetricKind.Gauge, "payments_cancel_pending_age_seconds")]
    [InlineData("payments.cancel.pending", "{cancel}", MetricKind.Gauge, "payments_cancel_pending")]
    [InlineData("payments.storage.queue.length", "{write}", MetricKind.UpDownCounter, "payments_storage_queue_length")]
    [InlineData("dotnet.process.cpu.time", "s", MetricKind.Counter, "dotnet_process_cpu_time_seconds_total")]
    [InlineData("dotnet.process.memory.working_set", "By", MetricKind.UpDownCounter, "dotnet_process_memory_working_set_bytes")]
    [InlineData("orleans-catalog-activations", "", MetricKind.Gauge, "orleans_catalog_activations")]
    [InlineData("usage", "1", MetricKind.Gauge, "usage_ratio")]
    [InlineData("request.bytes", "By", MetricKind.Counter, "request_bytes_total")]
    public void Names_are_translated_as_the_collector_does(string name, string unit, MetricKind kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.OfMetric(name, unit, kind));

    private IEnumerable<string> Problems(string where, string expression, string legend)
    {
        var emitted = Emitted;
        var parsed = PromQl.Parse(expression);
        Assert.NotEmpty(parsed.Series);
        foreach (var (metric, labels) in parsed.Series.Where(static series => series.Metric != ScrapeHealth))
        {
            // The stand-in for Orleans has no meter.
            if (!Payments.Silo.PackageSetInfo.IsFull && metric.StartsWith("orleans_", StringComparison.Ordinal))
                continue;
            if (!emitted.Contains(metric))
                yield return $"{where}: {metric} is not emitted.";
            foreach (var label in labels.Concat(parsed.Grouping).Where(label => emitted.Contains(metric) && !emitted[metric].Any(known => known.Contains(label))))
                yield return $"{where}: {metric} has no label {label}.";
        }

        foreach (var label in LegendLabels().Matches(legend).Select(static match => match.Groups[1].Value).Where(label => !parsed.Grouping.Contains(label)))
            yield return $"{where}: the legend names {label}, which the expression does not keep.";
    }

    [GeneratedRegex(@"^\| `(payments\.[a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Documented();

    [GeneratedRegex(@"^\| `(payments\.[a-z_.]+)` \|.*$", RegexOptions.Multiline)]
    private static partial Regex DocumentedRows();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex LegendLabels();
}
