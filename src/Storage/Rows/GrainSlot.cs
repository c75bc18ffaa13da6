using System.Text;

namespace Payments.Storage.Rows;

/// <summary>Spreads grains over shards: FNV-1a (32 bit) of the UTF-8 text <c>type/key</c>, folded to 16 bits. It is stored, so it never changes.</summary>
public static class GrainSlot
{
    /// <summary>Slots are 0 to this − 1; the shard i of n owns the slots with <c>slot % n == i</c>.</summary>
    public const int Count = 65_536;

    private const uint OffsetBasis = 2_166_136_261;
    private const uint Prime = 16_777_619;

    /// <summary>The slot of a grain.</summary>
    public static int Of(string grainType, string grainKey)
    {
        var hash = Add(OffsetBasis, grainType);
        hash = unchecked((hash ^ (byte)'/') * Prime);
        hash = Add(hash, grainKey);
        return (int)((hash >> 16) ^ (hash & 0xFFFF));
    }

    private static uint Add(uint hash, string text)
    {
        Span<byte> buffer = stackalloc byte[256];
        var bytes = Encoding.UTF8.TryGetBytes(text, buffer, out var written) ? buffer[..written] : Encoding.UTF8.GetBytes(text);
        foreach (var b in bytes)
            hash = unchecked((hash ^ b) * Prime);
        return hash;
    }
}
