using System.Diagnostics;
using Payments.Sandbox;
using Payments.Telemetry.Tests.Harness;
using Payments.Telemetry.Tests.Otlp;
using Payments.Testing;
using Trace = Payments.Telemetry.Tests.Otlp.Trace;

namespace Payments.Telemetry.Tests;

/// <summary>The trace of a real cancel, as a collector receives it.</summary>
public sealed class CancelTraceTests
{
    private static readonly string[] Shown =
        ["http.response.status_code", "payments.operation.attempt", "payments.outcome", "payments.webhook.attempt", "db.operation.batch.size", "db.system.name"];

    [Fact]
    public async Task The_trace_of_a_cancel_joins_request_grain_sql_provider_and_webhook()
    {
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(receiver);
        var trace = await CancelAsync(receiver, host);
        Assert.Equal(
            """
            PATCH /v2/payments/{paymentId}/cancel (server) 202
              IPaymentGrain/CancelAsync (client)
                IPaymentGrain/CancelAsync (server) 1 accepted
                  storage.write (internal)
                    storage.commit (internal) 1
                      BATCH grain_state (client) 1 sqlite
                  storage.write (internal)
                    storage.commit (internal) 1
                      BATCH grain_state (client) 1 sqlite
                  stripe cancel (client) 1 success
                    POST (client) 200
                  webhook.attempt (client) delivered 1
                    IOutboxGrain/RecordDeliveryAsync (client)
                      IOutboxGrain/RecordDeliveryAsync (server)
                        storage.write (internal)
                          storage.commit (internal) 1
                            BATCH grain_state (client) 1 sqlite
                    IWebhookEndpointGrain/GetDisabledUrlAsync (client)
                      IWebhookEndpointGrain/GetDisabledUrlAsync (server)
                      storage.read (internal)
                        SELECT grain_state (client) sqlite
                    POST (client) 200
            """,
            trace.Draw(Show));
        Assert.All(trace.Spans, static span => Assert.Equal(StatusCode.Unset, span.Status));
        Assert.All(trace.Spans, static span => Assert.Empty(span.Links));
    }

    [PostgresFact]
    public async Task On_PostgreSQL_the_statements_are_Npgsqls_own_spans()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var receiver = OtlpReceiver.Start();
        await using (var host = await ObservedHost.StartAsync(receiver, database))
        {
            var trace = await CancelAsync(receiver, host);
            var commits = trace.Named("storage.commit");
            Assert.Equal(3, commits.Count);
            Assert.All(commits, commit =>
            {
                var statement = Assert.Single(trace.Children(commit));
                Assert.Equal(("Npgsql", SpanKind.Client, "postgresql"), (statement.Source, statement.Kind, statement["db.system.name"]));
                Assert.Contains("UPDATE grain_state", statement["db.query.text"], StringComparison.Ordinal);
            });
            Assert.All(trace.Named("storage.read"), read => Assert.Equal("Npgsql", Assert.Single(trace.Children(read)).Source));

            // Reads of what is due, of reminders and for gauges belong to nobody's request.
            host.ExportMetrics();
            await host.SendAsync(HttpMethod.Get, "/health/ready");
            await CancelAsync(receiver, host);
            Assert.All(receiver.Spans.Where(static span => span.ParentId.Length == 0), static root => Assert.NotEqual("Npgsql", root.Source));
        }

        await TestPostgres.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task No_span_measurement_or_log_entry_says_what_is_secret_or_the_customers()
    {
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(
            receiver, settings: new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Debug", ["Logging:LogLevel:Payments"] = "Trace" });
        await CancelAsync(receiver, host);
        var refused = await host.AuthorizeAsync();
        host.Sandbox.Faults.Add(new FaultRule("payment_intent.cancel", FaultKind.Refuse, Match: $"{refused}", Code: "payment_intent_unexpected_state"));
        Assert.Equal(422, (await host.CancelAsync(refused)).Status);
        var request = await host.RequestPaymentAsync();
        Assert.Equal(200, await host.CancelRequestAsync(request));
        host.ExportMetrics();
        await CancelAsync(receiver, host);

        string[] forbidden =
        [
            ObservedHost.CustomerText, "4242", "pm_card", ObservedHost.StripeKey, "klarna_test_api_sandbox", ObservedHost.WebhookSecret,
            "payhub-demo-key-1", host.Token, host.Token.Split('.')[2], ObservedHost.SigningKey,
        ];
        var everything = receiver.Spans.Select(static span => span.AllText)
            .Concat(receiver.Points.Select(static point => $"{point.Name} {string.Join(' ', point.Attributes)}"))
            .Concat(receiver.Logs.Select(static entry => $"{entry.Body} {string.Join(' ', entry.Attributes)}"))
            .ToList();
        Assert.NotEmpty(receiver.Points);
        Assert.NotEmpty(receiver.Logs);
        foreach (var word in forbidden)
            Assert.DoesNotContain(everything, text => text.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_cancel_that_its_caller_was_not_told_the_end_of_goes_on_in_a_trace_that_links_to_it()
    {
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(receiver);
        var payment = await host.AuthorizeAsync();
        host.Sandbox.Faults.Add(new FaultRule("payment_intent.cancel", FaultKind.DropAfter, Match: $"{payment}"));
        var (status, traceId) = await host.CancelAsync(payment);
        Assert.Equal(202, status);

        var attempt = await receiver.UntilAsync("the webhook of a retried cancel", static all => all.Spans.SingleOrDefault(span => span.Name == "webhook.attempt"));
        Assert.NotEqual(traceId, attempt.TraceId);
        var origin = await receiver.TraceAsync(traceId, "its request", static trace => trace.Named("PATCH /v2/payments/{paymentId}/cancel").Count > 0);
        var retry = await receiver.TraceAsync(attempt.TraceId, "its wake", static trace => trace.Named("IDueGrain/WakeAsync").Count == 2);

        var turn = origin.One("stripe cancel").ParentId;
        var wake = Assert.Single(retry.Spans, static span => span is { Name: "IDueGrain/WakeAsync", Kind: SpanKind.Server });
        Assert.Equal([new Link(traceId, turn)], wake.Links);
        Assert.Equal([new Link(traceId, turn)], attempt.Links);
        Assert.Equal(wake.SpanId, attempt.ParentId);
        Assert.Equal("2", retry.One("stripe retrieve")["payments.operation.attempt"]);

        var lost = origin.One("stripe cancel");
        Assert.Equal((StatusCode.Error, "connection_lost", "unknown"), (lost.Status, lost["error.type"], lost["payments.outcome"]));
        Assert.Equal(StatusCode.Unset, origin.One("PATCH /v2/payments/{paymentId}/cancel").Status);
    }

    [Fact]
    public async Task A_webhook_that_is_retried_after_a_restart_links_to_the_cancel_that_it_announces()
    {
        var time = new ShiftedTime();
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(receiver, configure: builder => builder.Services.Add(new(typeof(TimeProvider), time)));
        var payment = await host.AuthorizeAsync();
        host.Sandbox.Faults.Add(new FaultRule("webhook:*", FaultKind.Status, StatusCode: 503));
        var (_, traceId) = await host.CancelAsync(payment);
        var first = await receiver.TraceAsync(traceId, "a failed attempt", static trace => trace.Named("webhook.attempt").Count > 0);
        var failed = first.One("webhook.attempt");
        Assert.Equal((StatusCode.Error, "5xx", "failed", "1"), (failed.Status, failed["error.type"], failed["payments.outcome"], failed["payments.webhook.attempt"]));
        Assert.Empty(failed.Links);

        await host.RestartAsync();
        time.Skip(TimeSpan.FromMinutes(1));
        var second = await receiver.UntilAsync("the second attempt", static all =>
            all.Spans.SingleOrDefault(static span => span.Name == "webhook.attempt" && span["payments.webhook.attempt"] == "2"));
        Assert.NotEqual(traceId, second.TraceId);
        Assert.Equal(traceId, Assert.Single(second.Links).TraceId);
        Assert.Equal(("delivered", StatusCode.Unset), (second["payments.outcome"], second.Status));
        Assert.Equal(failed["payments.webhook.id"], second["payments.webhook.id"]);
    }

    [Fact]
    public async Task A_trace_that_nobody_records_still_gives_its_id_to_the_answer_and_to_the_logs_of_the_grain()
    {
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(receiver, settings: new Dictionary<string, string>
        {
            ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
            ["OTEL_TRACES_SAMPLER_ARG"] = "0",
            ["Logging:LogLevel:Payments"] = "Debug",
        });
        var payment = await host.AuthorizeAsync();
        var (_, traceId) = await host.CancelAsync(payment);
        Assert.Matches("^[0-9a-f]{32}$", traceId);
        var entry = await receiver.UntilAsync("the log of the cancel", all =>
            all.Logs.FirstOrDefault(entry => entry.Body.Contains($"{payment}: cancel answered", StringComparison.Ordinal)));
        Assert.Equal((traceId, "Payments.Grains.Payment.PaymentGrain"), (entry.TraceId, entry.Category));
        Assert.Equal($"{payment}", entry.Attributes["PaymentId"]);
        Assert.Empty(receiver.Spans);
    }

    [Fact]
    public async Task A_callers_own_trace_goes_on_here()
    {
        await using var receiver = OtlpReceiver.Start();
        await using var host = await ObservedHost.StartAsync(receiver);
        var payment = await host.AuthorizeAsync();
        var (trace, span) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        host.Http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{span}-01");
        Assert.Equal((202, trace), await host.CancelAsync(payment));
        var request = (await receiver.TraceAsync(trace, "the request", static all => all.Named("PATCH /v2/payments/{paymentId}/cancel").Count > 0))
            .One("PATCH /v2/payments/{paymentId}/cancel");
        Assert.Equal(span, request.ParentId);
    }

    /// <summary>A cancel from its request to its recorded webhook.</summary>
    private static async Task<Trace> CancelAsync(OtlpReceiver receiver, ObservedHost host)
    {
        var payment = await host.AuthorizeAsync();
        var (status, traceId) = await host.CancelAsync(payment);
        Assert.Equal(202, status);

        // The attempt ends last, when its result is stored; the request ends whenever its caller has been answered.
        return await receiver.TraceAsync(traceId, "request and webhook", static trace =>
            trace.Named("webhook.attempt").Count > 0 && trace.Named("PATCH /v2/payments/{paymentId}/cancel").Count > 0);
    }

    private static string Show(Span span) => string.Concat(Shown.Select(name => span[name] is { } value ? $" {value}" : ""));
}
