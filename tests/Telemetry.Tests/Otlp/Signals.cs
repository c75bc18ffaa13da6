namespace Payments.Telemetry.Tests.Otlp;

/// <summary>A span as it was exported.</summary>
public sealed record Span(
    string Source,
    string Name,
    SpanKind Kind,
    string TraceId,
    string SpanId,
    string ParentId,
    IReadOnlyList<Link> Links,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<string> Events,
    StatusCode Status,
    string StatusMessage,
    IReadOnlyDictionary<string, string> Resource)
{
    /// <summary>An attribute, or null.</summary>
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    /// <summary>All that it says, for searching.</summary>
    public string AllText => string.Join('\n', [
        Name, StatusMessage, .. Attributes.Select(static pair => $"{pair.Key}={pair.Value}"), .. Events, .. Links.Select(static link => $"{link}")]);
}

/// <summary>A link to another span.</summary>
public sealed record Link(string TraceId, string SpanId);

/// <summary>OTLP's span kinds.</summary>
public enum SpanKind
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

/// <summary>OTLP's status codes.</summary>
public enum StatusCode
{
    Unset = 0,
    Ok = 1,
    Error = 2,
}

/// <summary>A metric's data point as it was exported.</summary>
/// <param name="Meter">The meter's name.</param>
/// <param name="Name">The metric's name.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Attributes">Of this point.</param>
/// <param name="Value">The value, or a histogram's sum.</param>
/// <param name="Count">A histogram's count.</param>
/// <param name="Bounds">A histogram's bounds.</param>
/// <param name="Resource">Who reports.</param>
public sealed record Point(
    string Meter,
    string Name,
    string Unit,
    MetricKind Kind,
    IReadOnlyDictionary<string, string> Attributes,
    double Value,
    ulong Count,
    IReadOnlyList<double> Bounds,
    IReadOnlyDictionary<string, string> Resource)
{
    /// <summary>An attribute, or null.</summary>
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);
}

/// <summary>What a metric is, as far as its name in Prometheus depends on it.</summary>
public enum MetricKind
{
    Gauge,
    Counter,
    UpDownCounter,
    Histogram,
}

/// <summary>A log entry as it was exported.</summary>
public sealed record LogEntry(
    string Category,
    string Severity,
    string Body,
    string TraceId,
    string SpanId,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<string, string> Resource);
