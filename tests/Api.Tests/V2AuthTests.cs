using System.Net.Http.Headers;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Payments.Api.Authentication;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>Who may call v2, and for whom.</summary>
public sealed class V2AuthTests : IClassFixture<ApiServer>
{
    private const string Scope = "financial/commerce/nonprodcheckout:merchant";
    private readonly ApiServer _server;

    public V2AuthTests(ApiServer server)
    {
        _server = server;
        _server.Grains.Calls.Clear();
        _server.Clock.Now = ApiServer.Now;
        _server.Grains.OnGet = (_, _, _) => Task.FromResult<PaymentView?>(Samples.Payment(PaymentStatus.Authorized));
    }

    [Theory]
    [InlineData("GET", Samples.PaymentPath)]
    [InlineData("PATCH", Samples.CancelPath)]
    [InlineData("PATCH", "/v2/payments/no-uuid/cancel")]
    [InlineData("POST", "/v2/payments")]
    public async Task Without_a_token_every_route_answers_401_before_anything_else(string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "GET" ? null : new StringContent("x") };

        var answer = await _server.SendAsync(request);

        answer.ShouldBe(401, """{"title":"UNAUTHORIZED","status":401,"detail":"Bearer token is required"}""");
        Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task Another_authentication_scheme_is_no_token()
    {
        var answer = await GetAsync(new AuthenticationHeaderValue("Basic", "YTpi"));

        answer.ShouldBe(401, """{"title":"UNAUTHORIZED","status":401,"detail":"Bearer token is required"}""");
    }

    [Fact]
    public async Task An_expired_token_answers_401_and_says_so()
    {
        var token = _server.Token(lifetime: TimeSpan.FromMinutes(5));
        _server.Clock.Now += TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(29);
        Assert.Equal(200, (await GetAsync(token)).Status);

        _server.Clock.Now += TimeSpan.FromSeconds(1);
        var answer = await GetAsync(token);

        answer.ShouldBe(401, """{"title":"UNAUTHORIZED","status":401,"detail":"Bearer token has expired"}""");
        Assert.StartsWith("Bearer error=\"invalid_token\"", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_from_the_future_answers_401()
    {
        var token = _server.Token();
        _server.Clock.Now -= TimeSpan.FromSeconds(31);

        await RefusedAsInvalid(token);
    }

    [Fact]
    public Task A_token_signed_with_another_key_answers_401() =>
        RefusedAsInvalid(_server.Token(key: Convert.ToBase64String(Encoding.ASCII.GetBytes("another key of thirty-two bytes!"))));

    [Theory]
    [InlineData("none")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    public async Task A_token_without_a_signature_answers_401(string algorithm)
    {
        var header = Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""");
        var payload = _server.Token().Split('.')[1];

        await RefusedAsInvalid($"{header}.{payload}.");
        await RefusedAsInvalid($"{header}.{payload}.{_server.Token().Split('.')[2]}");
    }

    [Fact]
    public async Task A_good_signature_under_changed_claims_answers_401()
    {
        var parts = _server.Token().Split('.');
        var claims = Base64UrlEncoder.Decode(parts[1]).Replace(ApiServer.Merchant.ToString(), ApiServer.OtherMerchant.ToString(), StringComparison.Ordinal);

        await RefusedAsInvalid($"{parts[0]}.{Base64UrlEncoder.Encode(claims)}.{parts[2]}");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.")]
    public Task A_malformed_token_answers_401(string token) => RefusedAsInvalid(token);

    [Fact]
    public async Task Another_issuer_audience_or_algorithm_answers_401()
    {
        await RefusedAsInvalid(Sign(token => token.Issuer = "https://elsewhere.example"));
        await RefusedAsInvalid(Sign(token => token.Issuer = null));
        await RefusedAsInvalid(Sign(token => token.Audience = "somebody-else"));
        await RefusedAsInvalid(Sign(token => token.Audience = null));
        await RefusedAsInvalid(Sign(token => token.SigningCredentials = new SigningCredentials(LongKey, SecurityAlgorithms.HmacSha512)));
        Assert.Equal(200, (await GetAsync(Sign(_ => { }))).Status);
    }

    [Fact]
    public async Task A_token_without_an_end_answers_401()
    {
        var now = ApiServer.Now.ToUnixTimeSeconds();
        var payload = $$"""{"iss":"{{DevelopmentTokens.DefaultIssuer}}","aud":"payments","nbf":{{now}},"merchant_id":"{{ApiServer.Merchant}}","scope":"{{Scope}}"}""";

        await RefusedAsInvalid(new JsonWebTokenHandler().CreateToken(payload, new SigningCredentials(Key, SecurityAlgorithms.HmacSha256)));
    }

    [Fact]
    public async Task Two_authorization_headers_answer_401()
    {
        var request = _server.V2(HttpMethod.Get, Samples.PaymentPath);
        var token = request.Headers.Authorization!.ToString();
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", new[] { token, token });

        Assert.Equal(401, (await _server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_token_of_another_merchant_answers_403()
    {
        var answer = await GetAsync(_server.Token(ApiServer.OtherMerchant));

        answer.ShouldBe(403, """{"title":"FORBIDDEN","status":403,"detail":"Token is not valid for this merchant"}""");
        Assert.Empty(_server.Grains.Calls);
    }

    [Fact]
    public async Task A_merchant_that_nobody_knows_answers_403_like_a_foreign_one()
    {
        var stranger = Guid.Parse("11111111-2222-4333-8444-555555555555");
        var request = _server.V2(HttpMethod.Get, Samples.PaymentPath);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server.Token(stranger));
        request.Headers.Remove("X-Merchant-Id");
        request.Headers.Add("X-Merchant-Id", stranger.ToString());

        (await _server.SendAsync(request)).ShouldBe(403, """{"title":"FORBIDDEN","status":403,"detail":"Token is not valid for this merchant"}""");
    }

    [Fact]
    public async Task A_token_for_several_merchants_may_act_for_each_and_no_other()
    {
        var token = Sign(descriptor => descriptor.Claims["merchant_id"] = new[] { Guid.NewGuid().ToString(), ApiServer.Merchant.ToString() });
        Assert.Equal(200, (await GetAsync(token)).Status);

        var none = Sign(descriptor => descriptor.Claims.Remove("merchant_id"));
        Assert.Equal(403, (await GetAsync(none)).Status);
    }

    [Theory]
    [InlineData("financial/commerce/checkout:merchant")]
    [InlineData("financial/commerce/checkout:all")]
    [InlineData("financial/commerce/nonprodcheckout:merchant-pci")]
    [InlineData("financial/commerce/nonprodcheckout:merchant-wallet-management")]
    [InlineData("financial/commerce/nonprodcheckout")]
    [InlineData("FINANCIAL/COMMERCE/NONPRODCHECKOUT:MERCHANT")]
    [InlineData("openid profile")]
    [InlineData("")]
    public async Task A_token_without_the_merchant_scope_of_this_environment_answers_403(string scope)
    {
        var answer = await GetAsync(_server.Token(scope: scope));

        answer.ShouldBe(403, """{"title":"FORBIDDEN","status":403,"detail":"insufficient_scope"}""");
        Assert.Equal($"Bearer error=\"insufficient_scope\", scope=\"{Scope}\"", answer.Headers["WWW-Authenticate"]);
        Assert.Empty(_server.Grains.Calls);
    }

    [Theory]
    [InlineData(Scope)]
    [InlineData("financial/commerce/nonprodcheckout:all")]
    [InlineData("openid financial/commerce/nonprodcheckout:merchant email")]
    public async Task A_scope_that_covers_merchants_passes(string scope) =>
        Assert.Equal(200, (await GetAsync(_server.Token(scope: scope))).Status);

    [Fact]
    public async Task Scopes_may_come_as_scp_and_as_a_list()
    {
        var token = Sign(descriptor =>
        {
            descriptor.Claims.Remove("scope");
            descriptor.Claims["scp"] = new[] { "openid", Scope };
        });

        Assert.Equal(200, (await GetAsync(token)).Status);
    }

    [Theory]
    [InlineData("client_id", "till-7", "till-7")]
    [InlineData("azp", "till-8", "till-8")]
    [InlineData("sub", "someone", "someone")]
    [InlineData("other", "x", "unnamed token")]
    public async Task The_audit_trail_names_the_token_s_client(string claim, string value, string actor)
    {
        _server.Grains.OnCancel = (_, _) => Task.FromResult(new CancelPaymentResult(CancelPaymentOutcome.NotFound, null, null));
        var request = _server.V2(HttpMethod.Patch, Samples.CancelPath, Samples.CancelBody);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Sign(descriptor => descriptor.Claims[claim] = value));

        await _server.SendAsync(request);

        Assert.Equal(actor, Assert.IsType<CancelPayment>(Assert.Single(_server.Grains.Calls).Argument).Actor);
    }

    private static readonly SymmetricSecurityKey Key = new(Convert.FromBase64String(ApiServer.SigningKey));
    private static readonly SymmetricSecurityKey LongKey = new(new byte[64]);

    private static string Sign(Action<SecurityTokenDescriptor> change)
    {
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = DevelopmentTokens.DefaultIssuer,
            Audience = "payments",
            IssuedAt = ApiServer.Now.UtcDateTime,
            NotBefore = ApiServer.Now.UtcDateTime,
            Expires = ApiServer.Now.UtcDateTime.AddHours(1),
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.HmacSha256),
            Claims = new Dictionary<string, object> { ["merchant_id"] = ApiServer.Merchant.ToString(), ["scope"] = Scope },
        };
        change(descriptor);
        return new JsonWebTokenHandler().CreateToken(descriptor);
    }

    private async Task RefusedAsInvalid(string token)
    {
        var answer = await GetAsync(token);

        answer.ShouldBe(401, """{"title":"UNAUTHORIZED","status":401,"detail":"Bearer token is not valid"}""");
        Assert.StartsWith("Bearer error=\"invalid_token\"", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Empty(_server.Grains.Calls);
    }

    private Task<Answer> GetAsync(string token) => GetAsync(new AuthenticationHeaderValue("Bearer", token));

    private Task<Answer> GetAsync(AuthenticationHeaderValue authorization)
    {
        var request = _server.V2(HttpMethod.Get, Samples.PaymentPath);
        request.Headers.Authorization = authorization;
        return _server.SendAsync(request);
    }
}
