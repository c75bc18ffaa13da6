using System.Security.Cryptography;
using System.Text;

namespace Payments.Sandbox;

/// <summary>A merchant's webhook secret, <c>whsec_</c> and base64, as the sender has it.</summary>
/// <param name="Merchant">Name or id in the endpoint's path.</param>
/// <param name="Secret">The secret; null forgets it.</param>
internal sealed record MerchantSecret(string Merchant, string? Secret)
{
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Whether the secret can be used: the prefix is right and the rest is base64.</summary>
    public bool IsUsable => Secret is null || Key() is { Length: > 0 };

    /// <summary>
    /// Verifies a delivery as the Standard Webhooks specification says: <c>{id}.{timestamp}.{body}</c>, HMAC-SHA256, any listed
    /// <c>v1</c> signature.
    /// </summary>
    public bool Verifies(string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (id is null || signatures is null || Key() is not { } key || !long.TryParse(timestamp, out var seconds))
            return false;
        if (Math.Abs(now.ToUnixTimeSeconds() - seconds) > s_tolerance.TotalSeconds)
            return false;
        var head = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        var expected = HMACSHA256.HashData(key, (byte[])[.. head, .. body]);
        foreach (var signature in signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var actual = new byte[expected.Length];
            if (signature.StartsWith("v1,", StringComparison.Ordinal)
                && Convert.TryFromBase64String(signature["v1,".Length..], actual, out var length)
                && length == expected.Length && CryptographicOperations.FixedTimeEquals(actual, expected))
                return true;
        }
        return false;
    }

    private byte[]? Key()
    {
        if (Secret?.StartsWith("whsec_", StringComparison.Ordinal) != true)
            return null;
        var encoded = Secret["whsec_".Length..];
        var key = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, key, out var length) ? key[..length] : null;
    }
}
