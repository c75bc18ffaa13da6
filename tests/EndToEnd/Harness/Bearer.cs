using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Payments.EndToEnd.Harness;

/// <summary>Bearer tokens made by hand (RFC 7519, HS256), so that the service's own issuer is not what it is tested with.</summary>
public static class Bearer
{
    /// <summary>A token for one merchant, good for an hour.</summary>
    /// <param name="signingKey">Base64, as the development key file holds it.</param>
    /// <param name="merchant">The merchant that it may act for.</param>
    /// <param name="scope">What it may do.</param>
    public static string Create(string signingKey, Guid merchant, string scope = "financial/commerce/nonprodcheckout:merchant")
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new
        {
            iss = "https://payments.development",
            aud = "payments",
            nbf = now - 5,
            exp = now + 3600,
            client_id = "end-to-end",
            merchant_id = merchant,
            scope,
        };
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Encode(HMACSHA256.HashData(Convert.FromBase64String(signingKey), Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
