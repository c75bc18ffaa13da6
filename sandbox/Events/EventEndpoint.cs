using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Sandbox;

/// <summary>Where a provider pushes its events, and how it signs them.</summary>
/// <param name="Provider"><c>stripe</c> or <c>klarna</c>.</param>
/// <param name="Url">Absolute http(s) URL.</param>
/// <param name="Secrets">Signing secrets: several during rotation (Stripe), or exactly one (Klarna).</param>
/// <param name="KeyId">Klarna: the id of the signing key.</param>
/// <param name="RetrySeconds">Wait after the first refused attempt; it doubles from try to try.</param>
internal sealed record EventEndpoint(string Provider, string Url, IReadOnlyList<string> Secrets, string? KeyId, double RetrySeconds)
{
    public const string Stripe = "stripe";
    public const string Klarna = "klarna";
    public const double DefaultRetrySeconds = 1;

    /// <summary>What is wrong with it; null when events can be pushed there.</summary>
    public string? Problem =>
        !Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            ? "url must be an absolute http or https URL."
        : Secrets.Count == 0 || Secrets.Any(string.IsNullOrEmpty) ? "At least one secret is needed."
        : Provider == Klarna && string.IsNullOrEmpty(KeyId) ? "keyId is needed."
        : RetrySeconds is > 0 and <= 3600 ? null : "retrySeconds lies between 0 and 3600.";

    /// <summary>
    /// The headers that sign a body: <c>Stripe-Signature</c> with a <c>v1</c> for every secret
    /// (https://docs.stripe.com/webhooks/signature), or <c>Klarna-Signature</c>, base64 by our reading, and <c>Klarna-Signing-Key-Id</c>.
    /// </summary>
    /// <param name="body">What is sent.</param>
    /// <param name="at">The time that Stripe's signature carries.</param>
    /// <param name="spoiled">Whether to sign with another secret than the receiver has.</param>
    public IEnumerable<(string Name, string Value)> Sign(byte[] body, DateTimeOffset at, bool spoiled)
    {
        var secrets = Secrets.Select(secret => Encoding.UTF8.GetBytes(spoiled ? $"{secret}-spoiled" : secret)).ToList();
        if (Provider == Klarna)
        {
            yield return ("Klarna-Signature", Convert.ToBase64String(HMACSHA256.HashData(secrets[0], body)));
            yield return ("Klarna-Signing-Key-Id", KeyId!);
            yield break;
        }

        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{time}."), .. body];
        yield return ("Stripe-Signature", $"t={time}" + string.Concat(
            secrets.Select(secret => $",v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))}")));
    }
}
