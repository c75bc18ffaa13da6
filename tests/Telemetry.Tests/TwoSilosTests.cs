#if FULL_PACKAGE_SET
using Payments.Sandbox;
using Payments.Telemetry.Tests.Harness;
using Payments.Telemetry.Tests.Otlp;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Telemetry.Tests;

/// <summary>One trace over two processes: one has the API and no grains, the other one grains and no API.</summary>
public sealed class TwoSilosTests
{
    [PostgresFact]
    public async Task A_cancel_that_comes_in_elsewhere_is_one_trace_with_the_silo_that_owns_the_payment()
    {
        var directory = Directory.CreateTempSubdirectory("payments-telemetry-");
        var database = await TestPostgres.CreateDatabaseAsync();
        await using (var receiver = OtlpReceiver.Start())
        await using (var sandbox = await SandboxHost.StartAsync())
        {
            await using var silo = await StartAsync("Silo", "silo-1");
            await using var api = await StartAsync("Api", "api-1");
            using var http = ObservedHost.CreateClient(api.BaseAddress);
            var payment = await ObservedHost.AuthorizeAsync(http);
            var (status, traceId) = await ObservedHost.CancelAsync(http, payment);
            Assert.Equal(202, status);

            var trace = await receiver.TraceAsync(traceId, "both sides", static trace =>
                trace.Named("webhook.attempt").Count > 0 && trace.Named("PATCH /v2/payments/{paymentId}/cancel").Count > 0
                && trace.Named("IPaymentGrain/CancelAsync").Count == 2);
            Assert.Equal("silo-1", Instance(trace.One("webhook.attempt")));
            Assert.Equal("silo-1", Instance(trace.One("stripe cancel")));
            Assert.Equal("api-1", Instance(trace.One("PATCH /v2/payments/{paymentId}/cancel")));
            var call = Assert.Single(trace.Spans, static span => span is { Name: "IPaymentGrain/CancelAsync", Kind: SpanKind.Client });
            var turn = Assert.Single(trace.Spans, static span => span is { Name: "IPaymentGrain/CancelAsync", Kind: SpanKind.Server });
            Assert.Equal(("api-1", "silo-1", call.SpanId), (Instance(call), Instance(turn), turn.ParentId));
            Assert.Equal(trace.One("PATCH /v2/payments/{paymentId}/cancel").SpanId, call.ParentId);
            Assert.Contains(trace.Spans, static span => span.Source == "Npgsql" && Instance(span) == "silo-1");

            // Membership, reminders and gauges asked the database meanwhile; nobody asked for a trace of that.
            Assert.DoesNotContain(receiver.Spans, static span => span.ParentId.Length == 0 && span.Source == "Npgsql");
            await receiver.UntilAsync("both views of the cluster", static all =>
                all.Points.Any(static point => point is { Name: "payments.cluster.silos", Value: 1 } && point.Resource["service.instance.id"] == "silo-1")
                && all.Points.Any(static point => point is { Name: "payments.cluster.gateways", Value: 1 } && point.Resource["service.instance.id"] == "api-1")
                    ? all
                    : null);

            Task<ManagedProcess> StartAsync(string role, string instance)
            {
                var ports = FreePorts.Pick(2);
                return PaymentsProcesses.StartSiloAsync(sandbox.BaseAddress, directory.FullName, database, new Dictionary<string, string>(ObservedHost.Waits)
                {
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address,
                    ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                    ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                    ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance}",
                    ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
                    ["Payments:Auth:DevelopmentSigningKey"] = ObservedHost.SigningKey,
                    ["Payments:Merchants:0:Webhook:Events:0"] = "PAYMENT_CANCELLED",
                    ["Payments:Cluster:Mode"] = "Cluster",
                    ["Payments:Cluster:Role"] = role,
                    ["Payments:Cluster:AdvertisedAddress"] = "127.0.0.1",
                    ["Payments:Cluster:SiloPort"] = $"{ports[0]}",
                    ["Payments:Cluster:GatewayPort"] = $"{ports[1]}",
                    ["Payments:Shutdown:ReadinessDelay"] = "00:00:00",
                });
            }
        }

        await TestPostgres.DropDatabaseAsync(database);
        directory.Delete(recursive: true);
    }

    private static string Instance(Span span) => span.Resource["service.instance.id"];
}
#endif
