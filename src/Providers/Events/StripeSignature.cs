using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Providers;

/// <summary>Stripe's webhook signatures (api-facts §3.5, <see href="https://docs.stripe.com/webhooks/signature"/>): the header
/// <c>t=&lt;unix seconds&gt;,v1=&lt;hex&gt;[,v1=&lt;hex&gt;…]</c>, HMAC-SHA256 over <c>{t}.{body}</c>. The key is the whole secret, prefix
/// included.</summary>
public static class StripeSignature
{
    /// <summary>The header.</summary>
    public const string Header = "Stripe-Signature";

    /// <summary>How far <c>t</c> may be off, both ways: Stripe's own default.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    private const int ItemsMax = 32;

    /// <summary>Verifies a received body, in constant time.</summary>
    /// <param name="header">The received <see cref="Header"/>, or null.</param>
    /// <param name="body">The received bytes, before any parsing.</param>
    /// <param name="secrets">The secrets accepted; any of them may fit any of the header's signatures.</param>
    /// <param name="now">The receiver's time.</param>
    /// <returns>Null when it fits, else why not, for logs.</returns>
    public static string? Verify(string? header, ReadOnlySpan<byte> body, IEnumerable<string> secrets, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (string.IsNullOrWhiteSpace(header))
            return "no signature";

        var items = header.Split(',', ItemsMax + 1);
        if (items.Length > ItemsMax)
            return "malformed signature";

        string? timestamp = null;
        var signatures = new List<byte[]>();
        foreach (var item in items)
        {
            var pair = item.Trim().Split('=', 2);
            if (pair.Length != 2)
                return "malformed signature";
            if (pair[0] == "t")
                timestamp ??= pair[1];
            else if (pair[0] == "v1")
                signatures.Add(Encoding.UTF8.GetBytes(pair[1]));
        }

        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return "malformed signature";

        var fits = false;
        foreach (var secret in secrets)
        {
            var expected = Encoding.ASCII.GetBytes(Compute(secret, timestamp, body));
            foreach (var signature in signatures)
                fits |= CryptographicOperations.FixedTimeEquals(expected, signature);
        }

        if (!fits)
            return "wrong signature";
        return Math.Abs(now.ToUnixTimeSeconds() - (double)seconds) > Tolerance.TotalSeconds ? "timestamp out of tolerance" : null;
    }

    /// <summary>The signature of a body, lower-case hex.</summary>
    private static string Compute(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{timestamp}."));
        hmac.AppendData(body);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
