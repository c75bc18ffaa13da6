using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Payments.Silo.Telemetry;

/// <summary>
/// Console log for machines: one line of JSON per entry, with UTC time, and the ids of the trace under the names that log collectors look for
/// (<see href="https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/">trace context in non-OTLP formats</see>).
/// Selected by <c>Logging:Console:FormatterName</c>.
/// </summary>
internal sealed class JsonLines(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The formatter's name.</summary>
    public const string FormatterName = "json-lines";

    private const string MessageTemplateKey = "{OriginalFormat}";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether the console is to be written by it.</summary>
    public static bool AreConfigured(IConfiguration configuration) => configuration["Logging:Console:FormatterName"] == FormatterName;

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", time.GetUtcNow().UtcDateTime);
            json.WriteString("level", logEntry.LogLevel.ToString());
            json.WriteString("category", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            WriteTrace(json, Activity.Current);
            if (logEntry.State is IReadOnlyCollection<KeyValuePair<string, object?>> { Count: > 1 } values)
                WriteValues(json, values);
            if (logEntry.Exception is { } exception)
                WriteException(json, exception);
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private static void WriteTrace(Utf8JsonWriter json, Activity? activity)
    {
        if (activity is not { IdFormat: ActivityIdFormat.W3C })
            return;
        json.WriteString("trace_id", activity.TraceId.ToHexString());
        json.WriteString("span_id", activity.SpanId.ToHexString());
    }

    private static void WriteValues(Utf8JsonWriter json, IReadOnlyCollection<KeyValuePair<string, object?>> values)
    {
        json.WriteStartObject("attributes");
        foreach (var (name, value) in values)
        {
            if (name != MessageTemplateKey)
                json.WriteString(name, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
        }

        json.WriteEndObject();
    }

    private static void WriteException(Utf8JsonWriter json, Exception exception)
    {
        json.WriteStartObject("exception");
        json.WriteString("type", exception.GetType().FullName);
        json.WriteString("message", exception.Message);
        json.WriteString("stacktrace", exception.ToString());
        json.WriteEndObject();
    }
}

/// <summary>Adds it.</summary>
internal static class JsonLinesExtensions
{
    /// <summary>Makes the formatter selectable.</summary>
    public static void AddJsonLines(this ILoggingBuilder logging)
    {
        logging.Services.AddSingleton<ConsoleFormatter>(static provider => new JsonLines(provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }
}
