using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Providers;

/// <summary>Name-based UUIDs, version 5 (RFC 9562 §5.5): the same name gives the same UUID on every machine.</summary>
internal static class UuidV5
{
    /// <summary>The UUID of <paramref name="name"/> (as UTF-8) in a namespace.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Version 5 is defined on SHA-1; nothing secret or signed depends on it.")]
    public static Guid Create(Guid space, string name)
    {
        var input = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        space.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>The same UUID with the version bits of a random one, for who checks them.</summary>
    public static Guid InFormOfV4(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        return new Guid(bytes, bigEndian: true);
    }
}
