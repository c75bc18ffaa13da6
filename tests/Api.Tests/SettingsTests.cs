using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Payments.Api.Authentication;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>Settings that cannot work stop the host when it starts.</summary>
public sealed class SettingsTests
{
    public static TheoryData<string, string?, string> WrongSettings() => new()
    {
        { "Payments:Api:PublicBaseUrl", "/relative", "PublicBaseUrl must be an absolute http or https URL" },
        { "Payments:Api:PublicBaseUrl", "ftp://x", "PublicBaseUrl must be an absolute http or https URL" },
        { "Payments:Api:Environment", "7", "Environment must be NonProduction or Production" },
        { "Payments:Api:PaymentCurrencies:0", "DOLLAR", "'DOLLAR' is not an ISO 4217 currency code" },
        { "Payments:Api:PaymentRequestCurrencies:0", "eur", "'eur' is not an ISO 4217 currency code" },
        { "Payments:Auth:DevelopmentSigningKey", null, "give either Authority or DevelopmentSigningKey" },
        { "Payments:Auth:Authority", "https://idp.example", "give either Authority or DevelopmentSigningKey" },
        { "Payments:Auth:DevelopmentSigningKey", "not base64 at all!", "must be base64 of 32 bytes or more" },
        { "Payments:Auth:DevelopmentSigningKey", Convert.ToBase64String(new byte[31]), "must be base64 of 32 bytes or more" },
        { "Payments:Auth:Audience", " ", "Audience is required" },
        { "Payments:Api:Environment", "Production", "DevelopmentSigningKey is not allowed in production" },
        { "Payments:Merchants:1:Id", ApiServer.Merchant.ToString(), "merchant 'Second' needs an id of its own" },
        { "Payments:Merchants:1:Id", Guid.Empty.ToString(), "merchant 'Second' needs an id of its own" },
        { "Payments:Merchants:1:ApiKeys:0", ApiServer.ApiKeyText, "an API key of merchant 'Second' is given twice" },
        { "Payments:Merchants:1:ApiKeys:0", ApiServer.HashedApiKeyText, "an API key of merchant 'Second' is given twice" },
        { "Payments:Merchants:1:ApiKeys:0", "", "empty API key or one that is not sha256" },
        { "Payments:Merchants:1:ApiKeys:0", "sha256:abc", "empty API key or one that is not sha256" },
        { "Payments:Merchants:1:ApiKeys:0", "sha256:" + new string('g', 64), "empty API key or one that is not sha256" },
    };

    [Theory, MemberData(nameof(WrongSettings))]
    public async Task A_wrong_setting_stops_the_start(string key, string? value, string reason)
    {
        var server = new ServerWith((key, value));
        try
        {
            var failure = await Assert.ThrowsAnyAsync<Exception>(server.InitializeAsync);

            var reasons = failure is AggregateException several ? string.Join('\n', several.InnerExceptions.Select(inner => inner.Message)) : failure.Message;
            Assert.Contains(reason, reasons, StringComparison.Ordinal);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public void In_production_an_api_key_in_clear_is_refused()
    {
        var api = Options.Create(new PaymentsApiOptions { Environment = ApiEnvironment.Production });
        var validator = new MerchantsOptionsValidator(api);

        var clear = new MerchantsOptions { Merchants = { new MerchantOptions { Id = ApiServer.Merchant, Name = "First", ApiKeys = { "in clear" } } } };
        Assert.Contains("production takes sha256: digests only", validator.Validate(null, clear).FailureMessage, StringComparison.Ordinal);

        var digest = new MerchantsOptions { Merchants = { new MerchantOptions { Id = ApiServer.Merchant, ApiKeys = { ApiServer.HashedApiKeyDigest } } } };
        Assert.True(validator.Validate(null, digest).Succeeded);
    }

    [Fact]
    public async Task Currencies_are_a_setting()
    {
        var server = new ServerWith(("Payments:Api:PaymentCurrencies:0", "EUR"), ("Payments:Api:PaymentRequestCurrencies:0", "SEK"));
        await server.InitializeAsync();
        try
        {
            server.Grains.OnCreate = (_, _) => Task.FromResult(new CreatePaymentResult(CreatePaymentOutcome.TooManyAttempts, null));
            var euro = Samples.CreateBody.Replace("\"USD\"", "\"EUR\"", StringComparison.Ordinal);
            Assert.Equal(422, (await server.SendAsync(server.V2(HttpMethod.Post, "/v2/payments", euro))).Status);
            Assert.Equal(400, (await server.SendAsync(server.V2(HttpMethod.Post, "/v2/payments", Samples.CreateBody))).Status);

            var inEuro = await server.SendAsync(ApiServer.Payhub(HttpMethod.Post, Samples.RequestsPath, Samples.CreateRequestBody));
            Assert.Contains("\"Reason\":\"Currency is not supported\"", inEuro.Body, StringComparison.Ordinal);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_development_issuer_and_audience_are_settings()
    {
        var server = new ServerWith(("Payments:Auth:Issuer", "https://issuer.example"), ("Payments:Auth:Audience", "till"));
        await server.InitializeAsync();
        try
        {
            server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(null);
            var request = server.V2(HttpMethod.Get, Samples.PaymentPath);
            Assert.Equal(401, (await server.SendAsync(request)).Status);

            var token = DevelopmentTokens.Create(
                ApiServer.SigningKey, ApiServer.Merchant, [PaymentScopes.ForAll(ApiEnvironment.NonProduction)], TimeSpan.FromMinutes(1), server.Clock,
                "https://issuer.example", "till");
            var allowed = server.V2(HttpMethod.Get, Samples.PaymentPath);
            allowed.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            Assert.Equal(404, (await server.SendAsync(allowed)).Status);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private sealed class ServerWith(params (string Key, string? Value)[] settings) : ApiServer(settings);
}
