using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Payments.Grains;

namespace Payments.Silo.Telemetry;

/// <summary>Traces and metrics through OpenTelemetry. Exported by OTLP when the standard <c>OTEL_EXPORTER_OTLP_*</c> variables name an endpoint.</summary>
internal static class PaymentsTelemetry
{
    private static readonly string[] Meters =
    [
        PaymentInstruments.Name, "Payments.Providers", "Payments.Storage", "Npgsql", "Microsoft.Orleans",
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
    ];

    private static readonly string[] Sources =
    [
        PaymentInstruments.Name, "Payments.Providers", "Payments.Storage", "Npgsql", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Application",
        "Microsoft.AspNetCore", "System.Net.Http",
    ];

    public static void AddPaymentsTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var exported = configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null
            || configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] is not null
            || configuration["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] is not null;

        // Without a receiver nothing listens, and spans that nobody hears cost nothing.
        if (!exported)
            return;

        services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService("payments"))
            .WithTracing(static tracing => tracing.AddSource(Sources).AddOtlpExporter())
            .WithMetrics(static metrics => metrics.AddMeter(Meters).AddOtlpExporter());
    }
}
