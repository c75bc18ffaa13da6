using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Payments.Api.Listing;

/// <summary>The text form of a place in a list, opaque to callers: base64url of a version, the microseconds and the key. It only says where to go on
/// among the caller's own entries, so whoever makes one up learns nothing; it is not signed.</summary>
internal sealed class ListCursor
{
    private const byte Version = 1;
    private const int HeadLength = 1 + sizeof(long);
    private static readonly long MicrosecondsMax = DateTime.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>In lists of payments and of payment requests, whose keys are hexadecimal.</summary>
    public static readonly ListCursor OfIds = new(64, "0123456789abcdefABCDEF"u8);

    /// <summary>In lists of grains of any type: type and key, without ASCII's control characters, which a database would refuse.</summary>
    public static readonly ListCursor OfGrains = new(
        1024, [.. Enumerable.Range(0x20, 0x7F - 0x20).Concat(Enumerable.Range(0x80, 0x80)).Select(static value => (byte)value)]);

    private readonly int _keyLengthMax;
    private readonly SearchValues<byte> _keyBytes;

    private ListCursor(int keyLengthMax, ReadOnlySpan<byte> keyBytes)
    {
        _keyLengthMax = keyLengthMax;
        _keyBytes = SearchValues.Create(keyBytes);
        LengthMax = Base64Url.GetEncodedLength(HeadLength + keyLengthMax);
    }

    /// <summary>Longest cursor.</summary>
    public int LengthMax { get; }

    public static string ToText(ListPosition position)
    {
        var bytes = new byte[HeadLength + Encoding.UTF8.GetByteCount(position.Key)];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), position.CreatedAt.UtcTicks / TimeSpan.TicksPerMicrosecond);
        Encoding.UTF8.GetBytes(position.Key, bytes.AsSpan(HeadLength));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a cursor back.</summary>
    /// <returns>False for anything that <see cref="ToText"/> does not make.</returns>
    public bool TryParse(string text, [NotNullWhen(true)] out ListPosition? position)
    {
        position = null;
        Span<byte> bytes = stackalloc byte[HeadLength + _keyLengthMax];
        if (text.Length > LengthMax || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length)
            || length <= HeadLength || bytes[0] != Version)
            return false;

        var microseconds = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        var key = bytes[HeadLength..length];
        if (microseconds < 0 || microseconds > MicrosecondsMax || key.ContainsAnyExcept(_keyBytes))
            return false;
        position = new ListPosition(
            new DateTimeOffset(microseconds * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero), Encoding.UTF8.GetString(key));

        // Base64 has several texts for the same bytes, with spaces or stray bits, and UTF-8 none for some; one of them is ours.
        return ToText(position) == text;
    }
}
