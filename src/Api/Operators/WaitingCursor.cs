using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Payments.Api.Operators;

/// <summary>The text form of a place in the operators' list: base64url of the microseconds and the key. Grains of any type are listed, so their keys are any
/// text.</summary>
internal static class WaitingCursor
{
    /// <summary>Longest cursor.</summary>
    public const int LengthMax = 4096;

    public static string ToText(ListPosition position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{position.CreatedAt.UtcTicks / TimeSpan.TicksPerMicrosecond} {position.Key}")));

    /// <summary>Reads a cursor back.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListPosition? position)
    {
        position = null;
        if (!Base64Url.IsValid(text))
            return false;
        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        var space = plain.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0
            || !long.TryParse(plain.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            || microseconds > DateTime.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond)
            return false;
        position = new ListPosition(new DateTimeOffset(microseconds * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero), plain[(space + 1)..]);
        return true;
    }
}
