using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Payments.Api.Listing;

/// <summary>The text form of a place in a list, opaque to callers: base64url of a version, the microseconds and the key. It only says where to go on
/// among the caller's own entries, so whoever makes one up learns nothing; it is not signed.</summary>
internal static class ListCursor
{
    private const byte Version = 1;
    private const int HeadLength = 1 + sizeof(long);
    private const int KeyLengthMax = 64;
    private static readonly long MicrosecondsMax = DateTime.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond;

    // Of such are the keys of payments and payment requests.
    private static readonly SearchValues<byte> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Longest cursor.</summary>
    public static readonly int LengthMax = Base64Url.GetEncodedLength(HeadLength + KeyLengthMax);

    public static string ToText(ListPosition position)
    {
        var bytes = new byte[HeadLength + position.Key.Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), position.CreatedAt.UtcTicks / TimeSpan.TicksPerMicrosecond);
        Encoding.ASCII.GetBytes(position.Key, bytes.AsSpan(HeadLength));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a cursor back.</summary>
    /// <returns>False for anything that <see cref="ToText"/> does not make.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListPosition? position)
    {
        position = null;
        Span<byte> bytes = stackalloc byte[HeadLength + KeyLengthMax];
        if (text.Length > LengthMax || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length)
            || length <= HeadLength || bytes[0] != Version)
            return false;

        var microseconds = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        var key = bytes[HeadLength..length];
        if (microseconds < 0 || microseconds > MicrosecondsMax || !IsGrainKey(key))
            return false;
        position = new ListPosition(
            new DateTimeOffset(microseconds * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero), Encoding.ASCII.GetString(key));

        // Base64 has several texts for the same bytes, with spaces or stray bits; one of them is ours.
        return ToText(position) == text;
    }

    private static bool IsGrainKey(ReadOnlySpan<byte> key) => !key.ContainsAnyExcept(Hexadecimal);
}
