using System.Security.Cryptography;
using System.Text;

namespace Payments;

/// <summary>Derives the keys of <see cref="IIdempotencyGrain"/>.</summary>
public static class IdempotencyKeys
{
    /// <summary>The grain key of a merchant's key: a hash over contract, merchant and key, so that no merchant can name another one's.</summary>
    /// <param name="contract">The contract that the request was made under: the same key may be used once in each.</param>
    /// <param name="merchantId">The authenticated merchant.</param>
    /// <param name="key">The key as the merchant chose it.</param>
    public static string ForMerchant(string contract, Guid merchantId, string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{contract}\n{merchantId:D}\n{key}")));
}
