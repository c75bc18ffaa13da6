using Payments.Silo.Configuration;

namespace Payments.Silo.Telemetry;

/// <summary>
/// Which signals leave the process. Everything is said by the standard <c>OTEL_*</c> variables
/// (<see href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/">specification</see>); the SDK reads most of them
/// itself, and this is the rest. Section <see cref="Section"/> only adds sources and meters to listen to.
/// </summary>
internal sealed record TelemetrySettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments:Telemetry";

    /// <summary>Whether spans are exported.</summary>
    public bool Traces { get; private init; }

    /// <summary>Whether measurements are exported.</summary>
    public bool Metrics { get; private init; }

    /// <summary>Whether log entries are exported, besides the console.</summary>
    public bool Logs { get; private init; }

    /// <summary>Whether anything is.</summary>
    public bool Any => Traces || Metrics || Logs;

    /// <summary>Activity sources beyond the product's own choice, for instance <c>Microsoft.Orleans.Runtime</c>.</summary>
    public string[] MoreSources { get; private init; } = [];

    /// <summary>Meters beyond the product's own choice.</summary>
    public string[] MoreMeters { get; private init; } = [];

    /// <summary>Reads them.</summary>
    /// <exception cref="SettingsException">An exporter is asked for that is not there.</exception>
    public static TelemetrySettings Read(IConfiguration configuration)
    {
        var more = configuration.GetSection(Section);
        if (string.Equals(configuration["OTEL_SDK_DISABLED"]?.Trim(), "true", StringComparison.OrdinalIgnoreCase))
            return new TelemetrySettings();
        return new TelemetrySettings
        {
            Traces = IsExported(configuration, "TRACES"),
            Metrics = IsExported(configuration, "METRICS"),
            Logs = IsExported(configuration, "LOGS"),
            MoreSources = more.GetSection("Sources").Get<string[]>() ?? [],
            MoreMeters = more.GetSection("Meters").Get<string[]>() ?? [],
        };
    }

    /// <summary>The standard would export to a collector on this machine unless told otherwise. A service that is started without one must not try for
    /// ever: here a signal leaves when its exporter is asked for, or an endpoint for it is named.</summary>
    private static bool IsExported(IConfiguration configuration, string signal) => configuration[$"OTEL_{signal}_EXPORTER"]?.Trim() switch
    {
        null or "" => IsSet(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]) || IsSet(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]),
        "otlp" => true,
        "none" => false,
        var other => throw new SettingsException($"OTEL_{signal}_EXPORTER: '{other}' is not known here; otlp and none are."),
    };

    private static bool IsSet(string? value) => !string.IsNullOrWhiteSpace(value);
}
