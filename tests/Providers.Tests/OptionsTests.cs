using Microsoft.Extensions.Options;

namespace Payments.Providers.Tests;

public sealed class OptionsTests
{
    private const string Secret = "sk_live_secretsecret";

    [Fact]
    public async Task What_is_configured_well_passes_and_is_read()
    {
        await using var host = new Host(
            new Uri("https://api.stripe.example"),
            ("Payments:Klarna:InteractionExpiry", "00:15:00"),
            ("Payments:Stripe:MaxConnections", "7"));

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
