using Microsoft.Extensions.Options;
using Payments.Grains.Ports;
using static Payments.Providers.Tests.StripeSamples;

namespace Payments.Providers.Tests;

/// <summary>Settings of the readers, and the look-up of whose an object is.</summary>
public sealed class EventSettingTests : AdapterTests
{
    [Fact]
    public async Task A_process_without_any_provider_settings_starts()
    {
        await using var host = new EventHost();
        host.Get<IStartupValidator>().Validate();
        await using var configured = EventHost.WithSecrets();
        configured.Get<IStartupValidator>().Validate();
    }

    [Theory]
    [InlineData("Payments:Stripe:WebhookSecrets:0", "")]
    [InlineData("Payments:Stripe:WebhookSecrets:0", "secretsecretsecretsecret")]
    [InlineData("Payments:Stripe:WebhookSecrets:0", "whsec_secretsecret")]
    [InlineData("Payments:Stripe:WebhookSecrets:0", "whsec_secretsecret secretsecret")]
    [InlineData("Payments:Klarna:WebhookKeys:0:Id", "")]
    [InlineData("Payments:Klarna:WebhookKeys:0:Secret", "")]
    [InlineData("Payments:Klarna:WebhookKeys:0:Secret", "secretsecret")]
    [InlineData("Payments:Klarna:WebhookKeys:1:Id", "key-2")]
    public async Task A_secret_that_cannot_be_one_stops_the_start_and_is_named_without_its_value(string key, string value)
    {
        await using var host = new EventHost(
            ("Payments:Klarna:WebhookKeys:0:Id", "key-2"),
            ("Payments:Klarna:WebhookKeys:0:Secret", "klarna-secret-0002"),
            ("Payments:Klarna:WebhookKeys:1:Id", "key-1"),
            ("Payments:Klarna:WebhookKeys:1:Secret", "klarna-secret-0001"),
            (key, value));

        var exception = Assert.ThrowsAny<Exception>(() => host.Get<IStartupValidator>().Validate());

        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secretsecret", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_secrets_than_any_rotation_needs_stop_the_start()
    {
        await using var host = new EventHost(
            [.. Enumerable.Range(0, 9).Select(i => ($"Payments:Stripe:WebhookSecrets:{i}", (string?)$"whsec_0123456789abcdef{i}"))]);
        Assert.ThrowsAny<Exception>(() => host.Get<IStartupValidator>().Validate());
    }

    [Fact]
    public async Task An_intent_names_its_payment_in_its_metadata()
    {
        _server.Answer(200, Intent("succeeded", "pi_1", Ours));
        _server.Answer(200, Intent("succeeded", "pi_1", """{"order":"1"}"""));
        _server.Answer(404, """{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such payment_intent"}}""");
        _server.Answer(500, "{}");

        Assert.Matches("^[0-9a-f-]{36}$", Value(await FindAsync(ProviderNames.Stripe, "pi_1")));
        Assert.Null(Value(await FindAsync(ProviderNames.Stripe, "pi_1")));
        Assert.Equal("resource_missing", Assert.IsType<ProviderResult<string?>.Refused>(await FindAsync(ProviderNames.Stripe, "pi_1")).Code);
        Assert.IsType<ProviderResult<string?>.Unknown>(await FindAsync(ProviderNames.Stripe, "pi_1"));
        Assert.All(_server.Requests, request => Assert.Equal("GET /v1/payment_intents/pi_1", $"{request.Method} {request.Target}"));
    }

    [Fact]
    public async Task A_klarna_request_names_ours_in_its_reference()
    {
        _server.Answer(200, """{"payment_request_id":"krn:1","payment_request_reference":"42","state":"COMPLETED"}""");
        _server.Answer(200, """{"payment_request_id":"krn:1","state":"COMPLETED"}""");
        _server.Answer(200, """{"payment_request_id":"krn:2","payment_request_reference":"42","state":"COMPLETED"}""");
        _server.Answer(404, """{"error_id":"e","error_code":"RESOURCE_NOT_FOUND","error_message":"no"}""");

        Assert.Equal("42", Value(await FindAsync(ProviderNames.Klarna, "krn:1")));
        Assert.Null(Value(await FindAsync(ProviderNames.Klarna, "krn:1")));
        Assert.IsType<ProviderResult<string?>.Unknown>(await FindAsync(ProviderNames.Klarna, "krn:1"));
        Assert.IsType<ProviderResult<string?>.Refused>(await FindAsync(ProviderNames.Klarna, "krn:1"));
        Assert.All(_server.Requests, request => Assert.Equal("GET /v2/payment/requests/krn:1", $"{request.Method} {request.Target}"));
    }

    private Task<ProviderResult<string?>> FindAsync(string provider, string id) => _host.Get<IEnumerable<IProviderObjects>>()
        .Single(objects => objects.Provider == provider).FindOwnerAsync(id, TimeSpan.FromSeconds(5), CancellationToken.None).Soon();

    private static string? Value(ProviderResult<string?> result) => Assert.IsType<ProviderResult<string?>.Success>(result).Value;
}
