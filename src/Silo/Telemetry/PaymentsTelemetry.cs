using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Payments.Grains;
using Payments.Silo.Clustering;
using Payments.Silo.Configuration;

namespace Payments.Silo.Telemetry;

/// <summary>Traces, metrics and logs through OpenTelemetry, exported by OTLP when the standard variables say so (docs/telemetry.md).</summary>
internal static class PaymentsTelemetry
{
    private const string ServiceName = "payments";

    private static readonly string[] Meters =
    [
        PaymentInstruments.Name, "Payments.Providers", "Payments.Storage", SiloInstruments.Name, "Npgsql", "Microsoft.Orleans",
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
    ];

    // Not Microsoft.Orleans.Runtime, .Lifecycle and .Storage: every timer tick and every look into a directory is a trace there.
    private static readonly string[] Sources =
    [
        PaymentInstruments.Name, "Payments.Providers", "Payments.Storage", "Npgsql", TraceIds.GrainCalls, TraceIds.Requests, "System.Net.Http",
    ];

    // Without the host: there are as many as merchants have endpoints.
    private static readonly string[] ClientTags =
        ["http.request.method", "http.response.status_code", "http.connection.state", "error.type", "network.protocol.version"];

    /// <summary>Adds what the <c>OTEL_*</c> variables ask for; nothing when they ask for nothing.</summary>
    public static void AddPaymentsTelemetry(this WebApplicationBuilder builder, ClusterSettings cluster)
    {
        var settings = TelemetrySettings.Read(builder.Configuration);
        builder.Logging.AddJsonLines();
        if (settings.Traces)
            builder.Services.AddSingleton<IOutgoingGrainCallFilter, TraceContextCarrier>();
        else if (JsonLines.AreConfigured(builder.Configuration))
            builder.Services.AddHostedService<TraceIds>();
        if (!settings.Any)
            return;

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, builder.Environment, cluster));
        if (settings.Traces)
        {
            ServerSpans.Enable();
            telemetry.WithTracing(tracing => tracing
                .AddSource([.. Sources, .. settings.MoreSources])
                .AddProcessor(new BackgroundRoots())
                .AddOtlpExporter(options => SignalVariables.Apply("TRACES", builder.Configuration, options)));
        }

        if (settings.Metrics)
        {
            builder.Services.AddSiloInstruments(cluster);
            telemetry.WithMetrics(metrics => metrics
                .AddMeter([.. Meters, .. settings.MoreMeters])
                .AddView("http.client.*", new MetricStreamConfiguration { TagKeys = ClientTags })
                .AddOtlpExporter(options => SignalVariables.Apply("METRICS", builder.Configuration, options)));
        }

        if (settings.Logs)
        {
            telemetry.WithLogging(
                logging => logging.AddOtlpExporter(options => SignalVariables.Apply("LOGS", builder.Configuration, options)),
                static options => (options.IncludeFormattedMessage, options.ParseStateValues) = (true, true));
        }
    }

    /// <summary>Who reports. The variables <c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c> are read last, so that they win.</summary>
    private static void Describe(ResourceBuilder resource, IHostEnvironment environment, ClusterSettings cluster)
    {
        // Names that survive a restart, so that a process does not become a new line in every graph: in a container the host's name is its own.
        var instance = cluster.HostsGrains ? $"{Environment.MachineName}:{cluster.SiloPort}" : $"{Environment.MachineName}:{Environment.ProcessId}";
        var version = typeof(PaymentsTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        resource.Clear()
            .AddService(ServiceName, serviceVersion: version, autoGenerateServiceInstanceId: false, serviceInstanceId: instance)
            .AddAttributes(new Dictionary<string, object>
            {
                ["deployment.environment.name"] = environment.EnvironmentName,
                ["payments.package_set"] = PackageSetInfo.Name,
                ["payments.cluster.id"] = cluster.ClusterId,
                ["payments.cluster.role"] = cluster.Role.ToString(),
            })
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
    }
}
