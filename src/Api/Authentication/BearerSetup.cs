using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Payments.Api.Authentication;

/// <summary>Says which bearer tokens are good: signature, issuer, audience and lifetime are all checked, and only algorithms of the
/// configured kind of key count, so that a public key can never pass as an HMAC secret.</summary>
internal sealed class BearerSetup(IOptions<AuthOptions> auth, TimeProvider time) : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <summary>Name of the authentication scheme.</summary>
    public const string Scheme = JwtBearerDefaults.AuthenticationScheme;

    private static readonly TimeSpan ClockSkewMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AuthorityTimeout = TimeSpan.FromSeconds(5);

    public void Configure(JwtBearerOptions options) => Configure(Scheme, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != Scheme)
            return;

        var settings = auth.Value;
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.Audience = settings.Audience;
        options.RequireHttpsMetadata = settings.RequireHttpsMetadata;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAudience = settings.Audience,
            ValidIssuer = settings.Issuer,
            LifetimeValidator = IsAlive,
        };

        if (settings.DevelopmentSigningKey is { } key && string.IsNullOrWhiteSpace(settings.Authority))
        {
            options.TokenValidationParameters.ValidIssuer = settings.Issuer ?? DevelopmentTokens.DefaultIssuer;
            options.TokenValidationParameters.IssuerSigningKey = new SymmetricSecurityKey(Convert.FromBase64String(key));
            options.TokenValidationParameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
        }
        else
        {
            options.Authority = settings.Authority;
            options.BackchannelTimeout = AuthorityTimeout;
            options.TokenValidationParameters.ValidAlgorithms =
            [
                SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
                SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
                SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
            ];
        }
    }

    // The library's own check reads the wall clock; this one reads the injected clock. A token without an end never passes.
    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (expires is null)
            throw new SecurityTokenNoExpirationException("The token has no expiration time.");
        if (notBefore > now + ClockSkewMax)
            throw new SecurityTokenNotYetValidException("The token is not valid yet.") { NotBefore = notBefore.Value };
        if (expires <= now - ClockSkewMax)
            throw new SecurityTokenExpiredException("The token has expired.") { Expires = expires.Value };
        return true;
    }
}
