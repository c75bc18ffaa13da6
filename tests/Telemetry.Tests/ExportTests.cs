using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Payments.Silo.Configuration;
using Payments.Telemetry.Tests.Harness;
using Payments.Telemetry.Tests.Otlp;
using Payments.Testing.Processes;

namespace Payments.Telemetry.Tests;

/// <summary>What the standard variables do, and that telemetry never stands in the way.</summary>
public sealed class ExportTests
{
    [Fact]
    public async Task Without_an_endpoint_nothing_listens()
    {
        await using var host = await ObservedHost.StartAsync(receiver: null);
        AssertNothingListens(host);
    }

    [Fact]
    public async Task OTEL_SDK_DISABLED_switches_everything_off()
    {
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(receiver, settings: new Dictionary<string, string> { ["OTEL_SDK_DISABLED"] = "TRUE" });
        AssertNothingListens(host);
    }

    [Fact]
    public async Task Each_signal_has_its_own_endpoint_headers_and_switch()
    {
        await using var receiver = OtlpReceiver.Start();
        await using (var host = await ObservedHost.StartAsync(receiver: null, settings: new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"{receiver.Address}/only/v1/traces",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = "x-test=mine",
        }))
        {
            await host.AuthorizeAsync();
            Assert.Null(host.Services.GetService<MeterProvider>());
        }

        Assert.NotEmpty(receiver.Requests);
        Assert.All(receiver.Requests, static request => Assert.Equal("/only/v1/traces mine", request));

        await using (var host = await ObservedHost.StartAsync(receiver, settings: new Dictionary<string, string>
        {
            ["OTEL_TRACES_EXPORTER"] = "none",
            ["OTEL_LOGS_EXPORTER"] = "none",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-test=all",
        }))
        {
            Assert.Null(host.Services.GetService<TracerProvider>());
            Assert.Null(host.Services.GetService<LoggerProvider>());
            host.ExportMetrics();
        }

        Assert.Contains("/v1/metrics all", receiver.Requests);
        Assert.DoesNotContain(receiver.Requests, static request => request.StartsWith("/v1/traces", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_are_exported_at_the_interval_that_is_set()
    {
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(receiver, settings: new Dictionary<string, string> { ["OTEL_METRIC_EXPORT_INTERVAL"] = "50" });
        await receiver.UntilAsync("three exports", static all => all.Requests.Count(static request => request == "/v1/metrics") >= 3 ? all : null);
    }

    [Fact]
    public async Task The_resource_names_the_service_and_the_silo_unless_the_variables_do()
    {
        await using var receiver = OtlpReceiver.Start();
        await using (var host = await ObservedHost.StartAsync(receiver))
            host.ExportMetrics();
        var own = receiver.Points[0].Resource;
        Assert.Equal("payments", own["service.name"]);
        Assert.Matches($"^{Environment.MachineName}:[0-9]+$", own["service.instance.id"]);
        Assert.Equal(("Embedded", "embedded", "SiloAndApi"), (own["deployment.environment.name"], own["payments.cluster.id"], own["payments.cluster.role"]));
        Assert.Contains("service.version", own.Keys);

        await using var another = OtlpReceiver.Start();
        await using (var host = await ObservedHost.StartAsync(another, settings: new Dictionary<string, string>
        {
            ["OTEL_SERVICE_NAME"] = "payments-eu",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=silo-7,region=eu-central",
        }))
        {
            host.ExportMetrics();
        }

        var given = another.Points[0].Resource;
        Assert.Equal(("payments-eu", "silo-7", "eu-central"), (given["service.name"], given["service.instance.id"], given["region"]));
    }

    [Fact]
    public void An_exporter_that_is_not_there_stops_the_start_with_its_name()
    {
        var directory = Directory.CreateTempSubdirectory("payments-telemetry-");
        var arguments = PaymentsProcesses.SiloArguments(
            new Uri("http://127.0.0.1:1"), directory.FullName, settings: new Dictionary<string, string> { ["OTEL_METRICS_EXPORTER"] = "prometheus" });
        var error = Assert.Throws<SettingsException>(() => Payments.Silo.PaymentsHost.Build([.. arguments]));
        Assert.Contains("OTEL_METRICS_EXPORTER: 'prometheus'", error.Message, StringComparison.Ordinal);
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_collector_that_is_down_costs_no_cancel_and_no_line_in_the_log()
    {
        var log = new CollectedLog();
        var nobody = FreePorts.Pick(1)[0];
        await using (var host = await ObservedHost.StartAsync(
            receiver: null,
            settings: new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{nobody}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "50",
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft"] = "Warning",
                ["Logging:LogLevel:Orleans"] = "Warning",
            },
            configure: builder => builder.Logging.ClearProviders().AddProvider(log)))
        {
            // What the start has to say is not of interest here.
            log.Clear();
            for (var i = 0; i < 5; i++)
            {
                var payment = await host.AuthorizeAsync();
                Assert.Equal(202, (await host.CancelAsync(payment)).Status);
                Assert.NotEmpty(await host.Sandbox.Ledger.WaitForWebhooksAsync($"{payment}", timeout: OtlpReceiver.Patience));
            }

            host.Services.GetRequiredService<TracerProvider>().ForceFlush();
        }

        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
        Assert.InRange(log.Entries.Count, 0, 20);
    }

    private static void AssertNothingListens(ObservedHost host)
    {
        Assert.Null(host.Services.GetService<TracerProvider>());
        Assert.Null(host.Services.GetService<MeterProvider>());
        Assert.Null(host.Services.GetService<LoggerProvider>());
        Assert.False(Payments.Grains.PaymentInstruments.Activities.HasListeners());
    }
}
