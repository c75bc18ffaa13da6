using System.Buffers.Text;
using System.Text;

namespace Orleans.Runtime;

/// <summary>The text encodings of primary keys: a guid as 32 lower-case hex digits, an integer as upper-case hex without leading zeros,
/// either optionally followed by '+' and an extension.</summary>
public static class GrainIdKeyExtensions
{
    private const byte ExtensionSeparator = (byte)'+';
    private const int GuidLength = 32;

    public static IdSpan CreateIntegerKey(long key)
    {
        Span<byte> buffer = stackalloc byte[sizeof(long) * 2];
        Utf8Formatter.TryFormat(key, buffer, out var length, 'X');
        return new IdSpan(buffer[..length].ToArray());
    }

    public static IdSpan CreateGuidKey(Guid key)
    {
        var buffer = new byte[GuidLength];
        Utf8Formatter.TryFormat(key, buffer, out _, 'N');
        return new IdSpan(buffer);
    }

    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        var text = grainId.Key.AsSpan();
        keyExt = null;
        if (text.IndexOf(ExtensionSeparator) is var separator && separator >= 0)
        {
            keyExt = Encoding.UTF8.GetString(text[(separator + 1)..]);
            text = text[..separator];
        }

        return Utf8Parser.TryParse(text, out key, out var length, 'X') && length == text.Length;
    }

    public static long GetIntegerKey(this GrainId grainId, out string? keyExt) => grainId.TryGetIntegerKey(out var key, out keyExt)
        ? key
        : throw new ArgumentException($"Value \"{grainId}\" is not in the correct format for an Integer key.", nameof(grainId));

    public static long GetIntegerKey(this GrainId grainId) => grainId.GetIntegerKey(out _);

    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
    {
        var text = grainId.Key.AsSpan();
        keyExt = null;
        if (text.Length > GuidLength && text[GuidLength] == ExtensionSeparator)
        {
            keyExt = Encoding.UTF8.GetString(text[(GuidLength + 1)..]);
            text = text[..GuidLength];
        }

        key = default;
        return text.Length == GuidLength && Utf8Parser.TryParse(text, out key, out var length, 'N') && length == GuidLength;
    }

    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt) => grainId.TryGetGuidKey(out var key, out keyExt)
        ? key
        : throw new ArgumentException($"Value \"{grainId}\" is not in the correct format for a Guid key.", nameof(grainId));

    public static Guid GetGuidKey(this GrainId grainId) => grainId.GetGuidKey(out _);
}
