using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Providers;

/// <summary>Signatures of <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
/// Webhooks 1.0.0</see>: HMAC-SHA256 over <c>{id}.{timestamp}.{body}</c>, as <c>v1,&lt;base64&gt;</c>.</summary>
public static class WebhookSignature
{
    /// <summary>Header with the message's id, the same on every retry.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>Header with the time of the attempt, in unix seconds.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>Header with the signatures, separated by spaces.</summary>
    public const string SignatureHeader = "webhook-signature";

    private const string SecretPrefix = "whsec_";
    private const string Version = "v1,";
    private const int SecretBytesMin = 24;
    private const int SecretBytesMax = 64;

    /// <summary>Signs a message with every secret, so that a receiver in the middle of a rotation finds the one it knows.</summary>
    /// <param name="id">The message id.</param>
    /// <param name="timestamp">When this attempt is made.</param>
    /// <param name="body">The exact bytes of the body.</param>
    /// <param name="secrets">Each <c>whsec_</c> and base64 of 24 to 64 bytes.</param>
    /// <returns>The value of <see cref="SignatureHeader"/>.</returns>
    /// <exception cref="ArgumentException">The id is empty or contains a dot, there is no secret, or a secret is malformed.</exception>
    public static string Sign(string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body, IReadOnlyCollection<string> secrets)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(secrets);

        // With a dot in it, the signature of one message would fit another.
        if (id.Contains('.', StringComparison.Ordinal))
            throw new ArgumentException("A webhook id contains no dot.", nameof(id));
        if (secrets.Count == 0)
            throw new ArgumentException("There is no secret to sign with.", nameof(secrets));

        var header = new StringBuilder();
        foreach (var secret in secrets)
        {
            if (header.Length > 0)
                header.Append(' ');
            header.Append(Version).Append(Convert.ToBase64String(Compute(secret, id, ToUnixSeconds(timestamp), body)));
        }

        return header.ToString();
    }

    /// <summary>Checks a received message, in constant time. For receivers: samples and tests.</summary>
    /// <param name="id">The received <see cref="IdHeader"/>.</param>
    /// <param name="timestamp">The received <see cref="TimestampHeader"/>.</param>
    /// <param name="signatures">The received <see cref="SignatureHeader"/>.</param>
    /// <param name="body">The received bytes, before any parsing.</param>
    /// <param name="secrets">The secrets the receiver accepts.</param>
    /// <param name="now">The receiver's time.</param>
    /// <param name="tolerance">How far the timestamp may be off, both ways; 5 minutes is usual.</param>
    /// <returns>Whether any signature fits any secret and the timestamp is within the tolerance.</returns>
    /// <exception cref="ArgumentException">A secret is malformed.</exception>
    public static bool Verify(
        string? id,
        string? timestamp,
        string? signatures,
        ReadOnlySpan<byte> body,
        IEnumerable<string> secrets,
        DateTimeOffset now,
        TimeSpan tolerance)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(signatures)
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - (double)seconds) > tolerance.TotalSeconds)
        {
            return false;
        }

        var fits = false;
        foreach (var secret in secrets)
        {
            var expected = Encoding.ASCII.GetBytes(Version + Convert.ToBase64String(Compute(secret, id, timestamp, body)));
            foreach (var signature in signatures.Split(' '))
                fits |= CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature));
        }

        return fits;
    }

    /// <summary>The value of <see cref="TimestampHeader"/>.</summary>
    internal static string ToUnixSeconds(DateTimeOffset timestamp) => timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static byte[] Compute(string secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Decode(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }

    private static byte[] Decode(string secret)
    {
        var bytes = new byte[SecretBytesMax];
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
            || !Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length)
            || length < SecretBytesMin)
        {
            throw new ArgumentException("A webhook secret is 'whsec_' and the base64 of 24 to 64 bytes.", nameof(secret));
        }

        return bytes[..length];
    }
}
