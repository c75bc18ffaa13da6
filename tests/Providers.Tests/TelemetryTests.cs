using System.Diagnostics;
using System.Diagnostics.Metrics;
using Payments.Grains.Ports;
using static Payments.Providers.Tests.StripeSamples;

namespace Payments.Providers.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Every_call_is_measured_by_provider_operation_and_outcome()
    {
        await using var server = new RawHttpServer();
        await using var host = new Host(server.Url);
        var seen = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "payments.provider.call.duration" && instrument.Meter.Scope == host.Get<IMeterFactory>())
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            seen.Add($"{instrument.Meter.Name} {value} {instrument.Unit} " + string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
        listener.Start();
        server.Answer(async exchange =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(2));
            await exchange.RespondAsync(200, Intent("canceled"));
        });
        server.Answer(404, Error("invalid_request_error", "resource_missing"));
        server.Answer(503, "");

        await host.Stripe.CancelAsync("pi_1", CancellationReason.Duplicate, Call, default).Soon();
        await host.Stripe.RetrieveAsync("pi_1", Deadline, default).Soon();
        await host.Klarna.ReadAsync("krn", Deadline, default).Soon();

        Assert.Equal(
            [
                "Payments.Providers 2 s provider=stripe operation=cancel outcome=success",
                "Payments.Providers 0 s provider=stripe operation=retrieve outcome=refused",
                "Payments.Providers 0 s provider=klarna operation=read outcome=unknown cause=server_error",
            ],
            seen);
    }

    [Fact]
    public async Task Every_call_has_a_span_with_the_payment_and_without_secrets_and_keeps_its_trace_to_itself()
    {
        await using var server = new RawHttpServer();
        await using var host = new Host(server.Url);
        var spans = new List<Activity>();
        var paymentId = Guid.NewGuid();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Payments.Providers",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("payment.id") as string == paymentId.ToString())
                    spans.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        server.Answer(401, Error("invalid_request_error", message: Host.StripeKey));

        await host.Stripe.CreateAsync(Card with { PaymentId = paymentId }, Call, default).Soon();

        var span = Assert.Single(spans);
        Assert.Equal(("stripe create", ActivityStatusCode.Error, "misconfigured"), (span.DisplayName, span.Status, span.StatusDescription));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains(Host.StripeKey, StringComparison.Ordinal) == true);
        Assert.Equal(
            ("stripe", "create", "unknown", "misconfigured", ActivityKind.Client),
            (span.GetTagItem("payments.provider"), span.GetTagItem("payments.operation"), span.GetTagItem("payments.outcome"), span.GetTagItem("error.type"), span.Kind));
        Assert.Null(server.Single.Header("traceparent"));
        Assert.Contains("outcome unknown, Misconfigured", host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Host.StripeKey, host.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Providers_and_merchants_see_our_trace_only_if_they_are_meant_to(bool sent)
    {
        await using var server = new RawHttpServer();
        await using var host = new Host(
            server.Url,
            ("Payments:Stripe:SendTraceContext", $"{sent}"), ("Payments:Klarna:SendTraceContext", $"{sent}"), ("Payments:Webhooks:SendTraceContext", $"{sent}"));
        for (var i = 0; i < 3; i++)
            server.Answer(503, "");
        using var trace = new Activity("cancel").AddBaggage("who", "a customer").Start();

        await host.Stripe.RetrieveAsync("pi_1", Deadline, default).Soon();
        await host.Klarna.ReadAsync("krn", Deadline, default).Soon();
        await host.Webhooks.SendAsync(
            new WebhookEndpoint(server.Url, ["whsec_ZGVtby1tZXJjaGFudC1vbmUtc2VjcmV0LTAwMQ=="]), new WebhookMessage("msg_1", "{}"u8.ToArray()), Deadline, default).Soon();

        Assert.Equal(3, server.Requests.Count);
        Assert.All(server.Requests, request =>
        {
            Assert.Equal(sent, request.Header("traceparent")?.Contains(trace.TraceId.ToHexString(), StringComparison.Ordinal) ?? false);
            Assert.Null(request.Header("baggage"));
            Assert.Null(request.Header("Correlation-Context"));
        });
    }
}
