using System.Text.Json;
using System.Text.RegularExpressions;

namespace Payments.Telemetry.Tests.Dashboards;

/// <summary>What deploy/ asks Prometheus for.</summary>
public static partial class DashboardFiles
{
    private static readonly string Deploy = Path.Combine(AppContext.BaseDirectory, "deploy");

    /// <summary>Every expression of the dashboard, with where it is and its legend.</summary>
    public static IEnumerable<(string Where, string Expression, string Legend)> Dashboard()
    {
        using var json = JsonDocument.Parse(Read("dashboards/payments.json"));
        foreach (var panel in json.RootElement.GetProperty("panels").EnumerateArray())
        {
            if (!panel.TryGetProperty("targets", out var targets))
                continue;
            foreach (var target in targets.EnumerateArray())
                yield return (panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!, target.GetProperty("legendFormat").GetString()!);
        }
    }

    /// <summary>Every expression of the alert rules, with the rule's name.</summary>
    public static IEnumerable<(string Where, string Expression)> Alerts()
    {
        var text = Read("alerts.yml");
        var rules = Rules().Matches(text);
        Assert.Equal(AlertLines().Count(text), rules.Count);
        return rules.Select(static rule => (rule.Groups["name"].Value, rule.Groups["expression"].Value));
    }

    /// <summary>A file below deploy/grafana or deploy/prometheus.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Deploy, path));

    /// <summary>docs/telemetry.md.</summary>
    public static string Documentation() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "telemetry.md"));

    [GeneratedRegex(@"- alert: (?<name>\w+)\n\s+expr: (?<expression>[^\n]+)\n")]
    private static partial Regex Rules();

    [GeneratedRegex(@"- alert:")]
    private static partial Regex AlertLines();
}
