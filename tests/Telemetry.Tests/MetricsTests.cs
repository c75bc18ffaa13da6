using Payments.Telemetry.Tests.Harness;
using Payments.Telemetry.Tests.Otlp;

namespace Payments.Telemetry.Tests;

/// <summary>The measurements of <see cref="MetricsScenario"/>.</summary>
[Collection(MeasuredRun.Name)]
public sealed class MetricsTests(MetricsScenario scenario)
{
    private const int SeriesMax = 40;

    [Fact]
    public void Cancels_are_counted_by_contract_provider_and_outcome() => Assert.Equal(
        [
            "payhub klarna already_final 1", "payhub klarna canceled 1", "payhub klarna not_found 1", "v2 stripe accepted 12", "v2 stripe not_cancellable 1",
            "v2 stripe not_found 1", "v2 stripe provider_refused 1",
        ],
        Values(scenario.After, "payments.cancels", "contract", "provider", "outcome"));

    [Fact]
    public void Ends_of_cancels_are_timed_by_outcome()
    {
        Assert.Equal(
            ["payhub klarna cancelled 1", "v2 stripe cancel_failed 1", "v2 stripe cancelled 10", "v2 stripe refused 1"],
            Counts(scenario.After, "payments.cancel.convergence.duration", "contract", "provider", "outcome"));
        var failed = Assert.Single(scenario.After, static point => point.Name == "payments.cancel.convergence.duration" && point["outcome"] == "cancel_failed");
        Assert.InRange(failed.Value, 0.05, 30);
    }

    [Fact]
    public void What_waits_is_counted_in_the_database_with_its_age()
    {
        Assert.Equal(
            ["payhub provider 0", "payhub settlement 0", "v2 provider 1", "v2 settlement 1"],
            Values(scenario.During, "payments.cancel.pending", "contract", "stage"));
        Assert.All(
            scenario.During.Where(static point => point.Name == "payments.cancel.pending.age"),
            static point => Assert.InRange(point.Value, point["contract"] == "v2" ? 0.001 : 0, point["contract"] == "v2" ? 60 : 0));
        Assert.Equal(["payhub 0", "v2 1"], Values(scenario.After, "payments.cancel.failed", "contract"));
        Assert.Equal(["payhub 0", "v2 0"], Values(scenario.During, "payments.webhook.dead_letters", "contract"));
        Assert.Equal(["payhub 0", "v2 2"], Values(scenario.After, "payments.webhook.dead_letters", "contract"));
        Assert.Equal(
            ["payhub provider 0", "payhub settlement 0", "v2 provider 0", "v2 settlement 1"],
            Values(scenario.After, "payments.cancel.pending", "contract", "stage"));
        Assert.InRange(Assert.Single(scenario.After, static point => point.Name == "payments.retry.overdue").Value, 0, 60);
    }

    [Fact]
    public void Provider_calls_are_timed_by_operation_outcome_and_cause()
    {
        var calls = Counts(scenario.After, "payments.provider.call.duration", "provider", "operation", "outcome", "cause");
        Assert.Contains(calls, static call => call.StartsWith("stripe cancel success", StringComparison.Ordinal));
        Assert.Contains(calls, static call => call.StartsWith("stripe cancel refused", StringComparison.Ordinal));
        Assert.Contains("stripe cancel unknown connection_lost 2", calls);
        Assert.Contains(calls, static call => call.StartsWith("stripe cancel unknown rate_limited", StringComparison.Ordinal));
        Assert.Contains("klarna cancel success 1", calls);
    }

    [Fact]
    public void Retries_deliveries_and_breakers_are_counted()
    {
        Assert.Contains(Values(scenario.After, "payments.retries", "contract", "kind"), static line => line.StartsWith("v2 cancel", StringComparison.Ordinal));
        Assert.Contains("v2 webhook 2", Values(scenario.After, "payments.retries", "contract", "kind"));
        Assert.Equal(
            ["delivered 8", "failed 3", "given_up 1", "postponed"],
            Values(scenario.After, "payments.webhook.deliveries", "outcome")
                .Select(static line => line.StartsWith("postponed", StringComparison.Ordinal) ? "postponed" : line));
        Assert.Equal(["delivered 8", "failed 4xx 1", "failed 5xx 2"], Counts(scenario.After, "payments.webhook.attempt.duration", "outcome", "error.type"));
        Assert.Equal(["8"], Counts(scenario.After, "payments.webhook.delay"));
        Assert.Equal(["1"], Values(scenario.During, "payments.webhook.breakers.open"));
        Assert.Equal(["0"], Values(scenario.After, "payments.webhook.breakers.open"));
    }

    [Fact]
    public void Storage_is_measured_with_its_conflicts_retries_and_failures()
    {
        Assert.Equal(["1"], Values(scenario.After, "payments.storage.conflicts"));
        Assert.Equal(["1"], Values(scenario.After, "payments.storage.failures"));
        Assert.Equal(["1"], Values(scenario.After, "payments.storage.retries"));
        Assert.True(Total("payments.storage.rows") >= Total("payments.storage.commits"));
        var commits = Assert.Single(scenario.After, static point => point.Name == "payments.storage.commit.duration");
        Assert.Equal(Total("payments.storage.commits"), commits.Count);
        Assert.True(Assert.Single(scenario.After, static point => point.Name == "payments.storage.write.duration").Count > commits.Count);
    }

    [Fact]
    public void Histograms_of_seconds_have_bounds_for_seconds()
    {
        var histograms = scenario.After.Where(static point => point is { Kind: MetricKind.Histogram, Unit: "s" }).DistinctBy(static point => point.Name).ToList();
        Assert.Contains(histograms, static point => point.Name == "payments.cancel.convergence.duration");
        Assert.All(histograms, static point => Assert.True(point.Bounds[0] is > 0 and < 1, $"{point.Name}: {string.Join(' ', point.Bounds)}"));
    }

    [Fact]
    public void No_attribute_of_ours_can_grow_with_the_number_of_payments_or_merchants()
    {
        var ours = scenario.All.Where(static point => point.Name.StartsWith("payments.", StringComparison.Ordinal)).ToList();
        Assert.All(ours.SelectMany(static point => point.Attributes.Values), static value => Assert.Matches("^[a-z0-9_]{1,20}$", value));
        Assert.All(
            ours.GroupBy(static point => point.Name),
            static metric => Assert.InRange(metric.Select(static point => string.Join(',', point.Attributes)).Distinct().Count(), 1, SeriesMax));
        Assert.DoesNotContain(scenario.All, static point => point.Name.StartsWith("http.client", StringComparison.Ordinal) && point["server.address"] is not null);
    }

    private double Total(string name) => scenario.After.Where(point => point.Name == name).Sum(static point => point.Value);

    private static IEnumerable<string> Values(IEnumerable<Point> points, string name, params string[] attributes) =>
        Lines(points, name, attributes, static point => $"{point.Value}");

    private static IEnumerable<string> Counts(IEnumerable<Point> points, string name, params string[] attributes) =>
        Lines(points, name, attributes, static point => $"{point.Count}");

    private static IEnumerable<string> Lines(IEnumerable<Point> points, string name, string[] attributes, Func<Point, string> value) => points
        .Where(point => point.Name == name)
        .Select(point => string.Join(' ', attributes.Select(attribute => point[attribute]).Where(static text => text is not null).Append(value(point))))
        .Order(StringComparer.Ordinal);
}
