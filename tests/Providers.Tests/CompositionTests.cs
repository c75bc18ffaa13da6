using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using static Payments.Providers.Tests.StripeSamples;

namespace Payments.Providers.Tests;

public sealed class OptionsTests
{
    private const string Secret = "sk_live_secretsecret";

    [Fact]
    public async Task What_is_configured_well_passes_and_is_read()
    {
        await using var host = new Host(new Uri("https://api.stripe.example"), ("Payments:Klarna:InteractionExpiry", "00:15:00"), ("Payments:Stripe:MaxConnections", "7"));

        host.Get<IStartupValidator>().Validate();

        Assert.Equal(7, host.Get<IOptions<StripeOptions>>().Value.MaxConnections);
        Assert.Equal(TimeSpan.FromMinutes(15), host.Get<IOptions<KlarnaOptions>>().Value.InteractionExpiry);
    }

    [Theory]
    [InlineData("Payments:Stripe:ApiKey", "")]
    [InlineData("Payments:Stripe:ApiKey", "sk_live secretsecret")]
    [InlineData("Payments:Stripe:ApiKey", "sk_live_secretsecret\n")]
    [InlineData("Payments:Stripe:ApiKey", "ключ")]
    [InlineData("Payments:Stripe:ApiBase", "")]
    [InlineData("Payments:Stripe:ApiBase", "api.stripe.com")]
    [InlineData("Payments:Stripe:ApiBase", "/v1")]
    [InlineData("Payments:Stripe:ApiBase", "ftp://api.stripe.com")]
    [InlineData("Payments:Stripe:ApiBase", "https://user:secretsecret@api.stripe.com")]
    [InlineData("Payments:Stripe:ReturnUrl", "back")]
    [InlineData("Payments:Stripe:SearchLimit", "0")]
    [InlineData("Payments:Stripe:MaxConnections", "0")]
    [InlineData("Payments:Stripe:ConnectionLifetime", "00:00:00")]
    [InlineData("Payments:Klarna:ApiKey", "")]
    [InlineData("Payments:Klarna:BaseUrl", "klarna")]
    [InlineData("Payments:Klarna:ReturnUrl", "")]
    [InlineData("Payments:Klarna:InteractionExpiry", "00:14:59")]
    [InlineData("Payments:Klarna:InteractionExpiry", "2.00:00:01")]
    [InlineData("Payments:Klarna:MaxConnections", "-1")]
    [InlineData("Payments:Webhooks:MaxConnectionsPerEndpoint", "0")]
    [InlineData("Payments:Webhooks:ConnectionLifetime", "-00:01:00")]
    public async Task What_is_configured_badly_stops_the_start_and_is_named_without_its_value(string key, string value)
    {
        await using var host = new Host(new Uri("https://api.stripe.example"), (key, value));

        var exception = Assert.ThrowsAny<Exception>(() => host.Get<IStartupValidator>().Validate());

        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secretsecret", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://api.stripe.example", Secret, false)]
    [InlineData("https://api.stripe.example", Secret, true)]
    [InlineData("http://sandbox:8090", "sk_test_1", true)]
    public async Task A_live_key_never_travels_in_clear_text(string url, string key, bool valid)
    {
        await using var host = new Host(new Uri(url), ("Payments:Stripe:ApiKey", key));

        var exception = Record.Exception(() => host.Get<IStartupValidator>().Validate());

        Assert.Equal(valid, exception is null);
        Assert.DoesNotContain(key, exception?.ToString() ?? "", StringComparison.Ordinal);
    }
}

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
        using var root = new ActivitySource("test").CreateActivity("root", ActivityKind.Internal);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Payments.Providers" or "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.Source.Name == "Payments.Providers" && activity.GetTagItem("payment.id") is "770e8400-e29b-41d4-a716-446655440000")
                    spans.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        server.Answer(401, Error("invalid_request_error", message: Host.StripeKey));

        await host.Stripe.CreateAsync(Card with { Description = "only-here" }, Call, default).Soon();

        var span = Assert.Single(spans, span => span.Status == ActivityStatusCode.Error && span.StatusDescription == "misconfigured");
        Assert.Equal("stripe create", span.DisplayName);
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains(Host.StripeKey, StringComparison.Ordinal) == true);
        Assert.Null(server.Single.Header("traceparent"));
        Assert.Contains("outcome unknown, Misconfigured", host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Host.StripeKey, host.Log.Text, StringComparison.Ordinal);
    }
}

public sealed class SmallPartsTests
{
    [Theory]
    [InlineData("www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2")]
    [InlineData("python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d")]
    public void UUIDv5_meets_the_published_vectors(string name, string expected) =>
        Assert.Equal(Guid.Parse(expected), UuidV5.Create(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), name));

    [Theory]
    [InlineData(null, "")]
    [InlineData("No such payment_intent: 'pi_3Nabc'", "No such payment_intent: 'pi_3Nabc'")]
    [InlineData("Invalid API Key provided: sk_test_****1234", "Invalid API Key provided: ***")]
    [InlineData("rk_live_1 whsec_AbC+/= klarna_live_api_x.y-z", "*** *** ***")]
    [InlineData("card 4242424242424242 and 4242-4242-4242-4242", "card *** and ***")]
    [InlineData("amount 250000000000 at risk_level 3", "amount 250000000000 at risk_level 3")]
    [InlineData("line\r\nbreak\u2028and\u0000nul", "line  break and nul")]
    public void Text_from_outside_is_made_safe(string? text, string expected) => Assert.Equal(expected, SafeText.Clean(text));

    [Fact]
    public void Text_from_outside_is_cut() => Assert.Equal(300, SafeText.Clean(new string('a', 10_000)).Length);
}
