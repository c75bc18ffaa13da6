using System.Globalization;

namespace Payments.Api.Http;

/// <summary>Parses an instant with its offset from UTC (RFC 3339).</summary>
internal static class InstantText
{
    /// <summary>What is expected, for people.</summary>
    public const string Rule = "must be a time with its offset, like 2026-04-04T12:00:00Z";

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];

    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-');
        if (!hasOffset || !DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out instant))
            return false;
        instant = instant.ToUniversalTime();
        return true;
    }
}
