using System.Security.Cryptography;
using System.Text;

namespace Payments.Providers;

/// <summary>Klarna's webhook signatures (api-facts §4.4): HMAC-SHA256 over the raw body with the key that <c>Klarna-Signing-Key-Id</c>
/// names. The documentation does not say how it is written; base64 is our reading, and so is that the key is the secret's UTF-8
/// text.</summary>
public static class KlarnaSignature
{
    /// <summary>The header with the signature.</summary>
    public const string Header = "Klarna-Signature";

    /// <summary>The header with the key's id.</summary>
    public const string KeyIdHeader = "Klarna-Signing-Key-Id";

    /// <summary>Verifies a received body, in constant time.</summary>
    /// <param name="signature">The received <see cref="Header"/>, or null.</param>
    /// <param name="keyId">The received <see cref="KeyIdHeader"/>, or null.</param>
    /// <param name="body">The received bytes, before any parsing.</param>
    /// <param name="keys">The keys accepted.</param>
    /// <returns>Null when it fits, else why not, for logs.</returns>
    public static string? Verify(string? signature, string? keyId, ReadOnlySpan<byte> body, IEnumerable<KlarnaWebhookKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (string.IsNullOrWhiteSpace(signature) || string.IsNullOrWhiteSpace(keyId))
            return "no signature";
        if (keys.FirstOrDefault(key => key.Id == keyId) is not { } found)
            return "unknown signing key";

        var actual = new byte[HMACSHA256.HashSizeInBytes];
        if (!Convert.TryFromBase64String(signature, actual, out var length) || length != actual.Length)
            return "malformed signature";

        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(found.Secret), body);
        return CryptographicOperations.FixedTimeEquals(expected, actual) ? null : "wrong signature";
    }
}
