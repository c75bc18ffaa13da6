using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Api.Authentication;

/// <summary>How an API key is written in configuration, and what is kept of it: its SHA-256 digest.</summary>
internal static class ApiKey
{
    private const string DigestPrefix = "sha256:";

    /// <summary>Longest key that is looked at.</summary>
    public const int LengthMax = 256;

    public static bool IsDigest(string configured) => configured.StartsWith(DigestPrefix, StringComparison.Ordinal);

    /// <summary>The digest of a key as configured.</summary>
    /// <returns>False when it is empty, too long, or a digest that is not 64 hex digits.</returns>
    public static bool TryDigest(string? configured, [NotNullWhen(true)] out byte[]? digest)
    {
        digest = null;
        if (string.IsNullOrWhiteSpace(configured) || configured.Length > LengthMax)
            return false;
        if (!IsDigest(configured))
        {
            digest = SHA256.HashData(Encoding.UTF8.GetBytes(configured));
            return true;
        }

        var hex = configured.AsSpan(DigestPrefix.Length);
        var bytes = new byte[SHA256.HashSizeInBytes];
        if (hex.Length != 2 * bytes.Length || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        digest = bytes;
        return true;
    }
}
