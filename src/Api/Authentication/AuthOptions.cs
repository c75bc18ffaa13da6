namespace Payments.Api.Authentication;

/// <summary>Who issues the bearer tokens of the v2 contract, section <see cref="Section"/>. Either an authority or a development key.</summary>
public sealed class AuthOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments:Auth";

    /// <summary>The OIDC authority whose published keys sign tokens; production.</summary>
    public string? Authority { get; set; }

    /// <summary>The audience that a token must name.</summary>
    public string Audience { get; set; } = "payments";

    /// <summary>Base64 of 32 bytes or more that sign tokens (HMAC-SHA256); never in production.</summary>
    public string? DevelopmentSigningKey { get; set; }

    /// <summary>The issuer that a token must name; with an authority, what the authority publishes unless given here.</summary>
    public string? Issuer { get; set; }

    /// <summary>False lets the authority's metadata be read without TLS: for tests on one machine.</summary>
    public bool RequireHttpsMetadata { get; set; } = true;
}
