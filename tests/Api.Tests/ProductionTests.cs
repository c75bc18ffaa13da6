using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>The production profile: tokens of an OIDC authority, its scopes, and no <c>X-Upstream-Env</c>.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit disposes it through IAsyncLifetime.")]
public sealed class ProductionTests : IAsyncLifetime
{
    private const string Scope = "financial/commerce/checkout:merchant";
    private readonly Authority _authority = new();
    private ProductionServer _server = null!;

    public async Task InitializeAsync()
    {
        await _authority.StartAsync();
        _server = new ProductionServer(_authority.Issuer);
        await _server.InitializeAsync();
        _server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(Samples.Payment(PaymentStatus.Authorized));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _authority.DisposeAsync();
    }

    [Fact]
    public async Task A_token_of_the_authority_opens_without_x_upstream_env() =>
        Assert.Equal(200, (await GetAsync(_authority.Token())).Status);

    [Fact]
    public async Task The_other_environment_s_scope_answers_403() =>
        Assert.Equal(403, (await GetAsync(_authority.Token(scope: "financial/commerce/nonprodcheckout:all"))).Status);

    [Fact]
    public async Task A_token_of_another_key_issuer_or_audience_answers_401()
    {
        using var otherKey = RSA.Create(2048);
        Assert.Equal(401, (await GetAsync(_authority.Token(key: otherKey))).Status);
        Assert.Equal(401, (await GetAsync(_authority.Token(issuer: "https://elsewhere.example"))).Status);
        Assert.Equal(401, (await GetAsync(_authority.Token(audience: "somebody-else"))).Status);
        Assert.Equal(401, (await GetAsync(_server.Token(scope: Scope))).Status);
    }

    [Fact]
    public async Task The_public_key_used_as_an_hmac_secret_answers_401()
    {
        foreach (var secret in new[] { _authority.PublicKeyPem, _authority.PublicKeyDer })
        {
            var header = Base64UrlEncoder.Encode("""{"alg":"HS256","typ":"JWT","kid":"one"}""");
            var signedText = $"{header}.{_authority.Token().Split('.')[1]}";
            var signature = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signedText));

            Assert.Equal(401, (await GetAsync($"{signedText}.{Base64UrlEncoder.Encode(signature)}")).Status);
        }
    }

    [Fact]
    public async Task An_expired_token_answers_401()
    {
        var token = _authority.Token();
        _server.Clock.Now += TimeSpan.FromHours(2);

        (await GetAsync(token)).ShouldBe(401, """{"title":"UNAUTHORIZED","status":401,"detail":"Bearer token has expired"}""");
    }

    [Fact]
    public async Task An_authority_out_of_reach_answers_503()
    {
        var token = _authority.Token();
        await _authority.StopAsync();

        var answer = await GetAsync(token);

        answer.ShouldBe(503, """{"title":"SERVICE_UNAVAILABLE","status":503,"detail":"Service temporarily unavailable, try again"}""");
        Assert.Empty(_server.Grains.Calls);
    }

    private Task<Answer> GetAsync(string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Samples.PaymentPath);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-Merchant-Id", ApiServer.Merchant.ToString());
        return _server.SendAsync(request);
    }

    private sealed class ProductionServer(string authority) : ApiServer(
        ("Payments:Api:Environment", "Production"),
        ("Payments:Auth:DevelopmentSigningKey", null),
        ("Payments:Auth:Authority", authority),
        ("Payments:Auth:Audience", "checkout"),
        ("Payments:Auth:RequireHttpsMetadata", "false"),
        ("Payments:Merchants:0:ApiKeys:0", "sha256:" + new string('a', 64)),
        ("Payments:Merchants:1:ApiKeys:0", "sha256:" + new string('b', 64)));

    /// <summary>A small OIDC authority: its metadata, its keys, and tokens signed with them.</summary>
    private sealed class Authority : IAsyncDisposable
    {
        private readonly RSA _key = RSA.Create(2048);
        private WebApplication? _app;

        public string Issuer { get; private set; } = "";

        public byte[] PublicKeyPem => Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem());

        public byte[] PublicKeyDer => _key.ExportSubjectPublicKeyInfo();

        public async Task StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            _app = builder.Build();
            _app.MapGet("/.well-known/openid-configuration", () => Results.Text(
                $$"""{"issuer":"{{Issuer}}","jwks_uri":"{{Issuer}}/keys"}""", "application/json"));
            var numbers = _key.ExportParameters(false);
            _app.MapGet("/keys", () => Results.Text(
                $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"one","n":"{{Base64UrlEncoder.Encode(numbers.Modulus)}}","e":"{{Base64UrlEncoder.Encode(numbers.Exponent)}}"}]}""",
                "application/json"));
            await _app.StartAsync();
            Issuer = _app.Urls.Single();
        }

        public string Token(string scope = Scope, string? issuer = null, string audience = "checkout", RSA? key = null) =>
            new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
            {
                Issuer = issuer ?? Issuer,
                Audience = audience,
                IssuedAt = ApiServer.Now.UtcDateTime,
                NotBefore = ApiServer.Now.UtcDateTime,
                Expires = ApiServer.Now.UtcDateTime.AddHours(1),
                SigningCredentials = new SigningCredentials(new RsaSecurityKey((key ?? _key).ExportParameters(true)) { KeyId = "one" }, SecurityAlgorithms.RsaSha256),
                Claims = new Dictionary<string, object>
                {
                    ["merchant_id"] = ApiServer.Merchant.ToString("D", CultureInfo.InvariantCulture),
                    ["scope"] = scope,
                },
            });

        public Task StopAsync() => _app!.StopAsync();

        public async ValueTask DisposeAsync()
        {
            await _app!.DisposeAsync();
            _key.Dispose();
        }
    }
}
