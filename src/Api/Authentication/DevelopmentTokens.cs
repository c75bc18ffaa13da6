using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Payments.Api.Authentication;

/// <summary>Issues bearer tokens signed with the development key, for a developer's shell and for tests.</summary>
public static class DevelopmentTokens
{
    /// <summary>The issuer that is named, and expected, when none is configured.</summary>
    public const string DefaultIssuer = "https://payments.development";

    /// <summary>Makes a token.</summary>
    /// <param name="signingKey"><see cref="AuthOptions.DevelopmentSigningKey"/>.</param>
    /// <param name="merchantId">The merchant that the token may act for.</param>
    /// <param name="scopes">Scopes, for instance <see cref="PaymentScopes.ForMerchant"/>.</param>
    /// <param name="lifetime">How long it lives from now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="issuer"><see cref="AuthOptions.Issuer"/>, or null for the default.</param>
    /// <param name="audience"><see cref="AuthOptions.Audience"/>, or null for the default.</param>
    /// <returns>The token in its compact form.</returns>
    /// <exception cref="FormatException">The key is not base64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The key is too short.</exception>
    public static string Create(
        string signingKey,
        Guid merchantId,
        IEnumerable<string> scopes,
        TimeSpan lifetime,
        TimeProvider time,
        string? issuer = null,
        string? audience = null)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var key = new SymmetricSecurityKey(Convert.FromBase64String(signingKey));
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = issuer ?? DefaultIssuer,
            Audience = audience ?? new AuthOptions().Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + lifetime,
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
            Claims = new Dictionary<string, object>
            {
                [PaymentClaims.ClientId] = "development",
                [PaymentClaims.MerchantId] = merchantId.ToString("D", CultureInfo.InvariantCulture),
                [PaymentClaims.Scope] = string.Join(' ', scopes),
            },
        };
        return new JsonWebTokenHandler().CreateToken(descriptor);
    }
}
