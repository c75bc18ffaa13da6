using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Payments.Api.Authentication;

/// <summary>Knows which merchants exist and which API key belongs to which.</summary>
internal sealed class MerchantDirectory
{
    private readonly FrozenSet<Guid> _merchantIds;
    private readonly FrozenDictionary<ulong, Entry[]> _keys;

    public MerchantDirectory(IOptions<MerchantsOptions> options)
    {
        var merchants = options.Value.Merchants;
        _merchantIds = merchants.Select(merchant => merchant.Id).ToFrozenSet();
        _keys = merchants
            .SelectMany(merchant => merchant.ApiKeys.Select(key => Entry.Of(merchant.Id, key)))
            .GroupBy(entry => BinaryPrimitives.ReadUInt64BigEndian(entry.Digest))
            .ToFrozenDictionary(group => group.Key, group => group.ToArray());
    }

    public bool Knows(Guid merchantId) => _merchantIds.Contains(merchantId);

    /// <summary>Finds the merchant that an API key belongs to.</summary>
    /// <param name="apiKey">The key as presented.</param>
    /// <param name="owner">Its merchant, and the key's name for the audit trail.</param>
    /// <returns>False when nobody has this key.</returns>
    public bool TryFindOwner(string apiKey, out ApiKeyOwner owner)
    {
        owner = default;
        if (apiKey.Length is 0 or > ApiKey.LengthMax)
            return false;

        // The table is entered by a part of the digest, which a caller cannot steer towards a stored one; the whole digest is then
        // compared in constant time, so that timing says nothing about any key.
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> text = stackalloc byte[Encoding.UTF8.GetMaxByteCount(ApiKey.LengthMax)];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(apiKey, text)], digest);
        if (!_keys.TryGetValue(BinaryPrimitives.ReadUInt64BigEndian(digest), out var entries))
            return false;

        foreach (var entry in entries)
        {
            if (CryptographicOperations.FixedTimeEquals(entry.Digest, digest))
            {
                owner = new ApiKeyOwner(entry.MerchantId, entry.Actor);
                return true;
            }
        }
        return false;
    }

    private sealed record Entry(Guid MerchantId, byte[] Digest, string Actor)
    {
        // The start of a digest names a key to people without giving anything away.
        public static Entry Of(Guid merchantId, string configured) => ApiKey.TryDigest(configured, out var digest)
            ? new Entry(merchantId, digest, $"api-key:{Convert.ToHexStringLower(digest, 0, 4)}")
            : throw new InvalidOperationException("API keys are validated when the host starts.");
    }
}

/// <summary>Whom an API key belongs to.</summary>
/// <param name="MerchantId">The merchant.</param>
/// <param name="Actor">The key's name for the audit trail.</param>
internal readonly record struct ApiKeyOwner(Guid MerchantId, string Actor);
