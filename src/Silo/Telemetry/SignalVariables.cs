using System.Globalization;
using OpenTelemetry.Exporter;
using Payments.Silo.Configuration;

namespace Payments.Silo.Telemetry;

/// <summary>
/// The variables of one signal, <c>OTEL_EXPORTER_OTLP_{SIGNAL}_…</c>
/// (<see href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/">specification</see>). The exporter reads the general ones by itself; these
/// win over them.
/// </summary>
internal static class SignalVariables
{
    /// <summary>Applies them.</summary>
    /// <exception cref="SettingsException">A value makes no sense.</exception>
    public static void Apply(string signal, IConfiguration configuration, OtlpExporterOptions options)
    {
        // As it is given: the standard appends a path to the general endpoint only.
        if (Read("ENDPOINT") is { } endpoint)
            options.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out var url) ? url : throw Wrong("ENDPOINT", "is no absolute URL");
        if (Read("PROTOCOL") is { } protocol)
        {
            options.Protocol = protocol switch
            {
                "grpc" => OtlpExportProtocol.Grpc,
                "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
                _ => throw Wrong("PROTOCOL", "is neither grpc nor http/protobuf"),
            };
        }

        if (Read("HEADERS") is { } headers)
            options.Headers = headers;
        if (Read("TIMEOUT") is { } timeout)
        {
            options.TimeoutMilliseconds = int.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                ? milliseconds
                : throw Wrong("TIMEOUT", "is no number of milliseconds");
        }

        if (Read("COMPRESSION") is { } compression)
        {
            options.Compression = compression switch
            {
                "gzip" => OtlpExportCompression.GZip,
                "none" => OtlpExportCompression.None,
                _ => throw Wrong("COMPRESSION", "is neither gzip nor none"),
            };
        }

        // An empty variable is one that is not set, says the standard.
        string? Read(string name) => configuration[Name(name)] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

        // The value stays unsaid: an endpoint can hold a password.
        SettingsException Wrong(string name, string what) => new($"{Name(name)} {what}.");

        string Name(string name) => $"OTEL_EXPORTER_OTLP_{signal}_{name}";
    }
}
