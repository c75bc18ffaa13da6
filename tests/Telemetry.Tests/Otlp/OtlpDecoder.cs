namespace Payments.Telemetry.Tests.Otlp;

/// <summary>Reads the three export requests of OTLP (opentelemetry-proto 1.x); the numbers are its field numbers.</summary>
public static class OtlpDecoder
{
    /// <summary>ExportTraceServiceRequest.</summary>
    public static IEnumerable<Span> Spans(ReadOnlyMemory<byte> body) =>
        from resource in ProtoMessage.Parse(body).Messages(1)
        let attributes = Attributes(resource.Message(1), 1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select Span(scope.Message(1).Text(1), span, attributes);

    /// <summary>ExportMetricsServiceRequest.</summary>
    public static IEnumerable<Point> Points(ReadOnlyMemory<byte> body) =>
        from resource in ProtoMessage.Parse(body).Messages(1)
        let attributes = Attributes(resource.Message(1), 1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from point in Points(scope.Message(1).Text(1), metric, attributes)
        select point;

    /// <summary>ExportLogsServiceRequest.</summary>
    public static IEnumerable<LogEntry> Logs(ReadOnlyMemory<byte> body) =>
        from resource in ProtoMessage.Parse(body).Messages(1)
        let attributes = Attributes(resource.Message(1), 1)
        from scope in resource.Messages(2)
        from entry in scope.Messages(2)
        select new LogEntry(
            scope.Message(1).Text(1), entry.Text(3), Value(entry.Message(5)), entry.Hex(9), entry.Hex(10), Attributes(entry, 6), attributes);

    private static Span Span(string source, ProtoMessage span, IReadOnlyDictionary<string, string> resource) => new(
        source,
        span.Text(5),
        (SpanKind)span.Number(6),
        span.Hex(1),
        span.Hex(2),
        span.Hex(4),
        [.. span.Messages(13).Select(static link => new Link(link.Hex(1), link.Hex(2)))],
        Attributes(span, 9),
        [.. span.Messages(11).Select(static happened => $"{happened.Text(2)} {string.Join(' ', Attributes(happened, 3))}")],
        (StatusCode)span.Message(15).Number(3),
        span.Message(15).Text(2),
        resource);

    private static IEnumerable<Point> Points(string meter, ProtoMessage metric, IReadOnlyDictionary<string, string> resource)
    {
        const int gauge = 5, sum = 7, histogram = 9;
        if (metric.Has(histogram))
        {
            return metric.Message(histogram).Messages(1).Select(point => new Point(
                meter, metric.Text(1), metric.Text(3), MetricKind.Histogram, Attributes(point, 9), point.Real(5), point.Number(4), point.Reals(7), resource));
        }

        var (data, kind) = metric switch
        {
            _ when metric.Has(gauge) => (metric.Message(gauge), MetricKind.Gauge),
            _ when metric.Has(sum) && metric.Message(sum).Number(3) == 1 => (metric.Message(sum), MetricKind.Counter),
            _ when metric.Has(sum) => (metric.Message(sum), MetricKind.UpDownCounter),
            _ => throw new InvalidDataException($"{metric.Text(1)} is of a kind that this program does not emit."),
        };
        return data.Messages(1).Select(point => new Point(
            meter, metric.Text(1), metric.Text(3), kind, Attributes(point, 7), point.Has(6) ? (long)point.Number(6) : point.Real(4), 0, [], resource));
    }

    private static Dictionary<string, string> Attributes(ProtoMessage message, int field) =>
        message.Messages(field).ToDictionary(static pair => pair.Text(1), static pair => Value(pair.Message(2)));

    private static string Value(ProtoMessage any) => any switch
    {
        _ when any.Has(2) => any.Number(2) == 1 ? "true" : "false",
        _ when any.Has(3) => $"{(long)any.Number(3)}",
        _ when any.Has(4) => $"{any.Real(4)}",
        _ when any.Has(5) => $"[{string.Join(", ", any.Message(5).Messages(1).Select(Value))}]",
        _ => any.Text(1),
    };
}
