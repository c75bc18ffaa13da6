using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Payments.Chaos.World;

/// <summary>A merchant of the run.</summary>
/// <param name="Index">Position in the configuration.</param>
/// <param name="Id">Its id.</param>
/// <param name="Source">What it calls itself in <c>X-Source</c>.</param>
/// <param name="ApiKey">Its Payhub key.</param>
/// <param name="WebhookSecret">What its webhooks are signed with.</param>
/// <param name="Card">Payment method id of a card that works.</param>
/// <param name="ChallengedCard">Payment method id of a card that asks for 3-D Secure.</param>
/// <param name="BankAccount">Payment method id of a US bank account.</param>
internal sealed record Merchant(
    int Index, Guid Id, string Source, string ApiKey, string WebhookSecret, Guid Card, Guid ChallengedCard, Guid BankAccount)
{
    /// <summary>Merchants of the embedded profile; those of this program come after them.</summary>
    private const int EmbeddedMerchants = 2;

    private const int Count = 4;

    /// <summary>All of them. The last one's endpoint is the one that a run may switch off.</summary>
    public static IReadOnlyList<Merchant> All { get; } = [.. Enumerable.Range(0, Count).Select(Make)];

    /// <summary>The merchant whose endpoint may answer 410.</summary>
    public static Merchant Leaving => All[^1];

    /// <summary>The name that the audit trail has for its Payhub key: the start of the key's SHA-256.</summary>
    public string KeyActor { get; } = $"api-key:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ApiKey)), 0, 4)}";

    /// <summary>Its settings.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings(Uri sandbox)
    {
        var prefix = $"Payments:Merchants:{Index}";
        yield return new($"{prefix}:Id", $"{Id}");
        yield return new($"{prefix}:Name", Source);
        yield return new($"{prefix}:ApiKeys:0", ApiKey);
        yield return new($"{prefix}:Webhook:Url", $"{new Uri(sandbox, $"merchants/{Id}/webhooks")}");
        yield return new($"{prefix}:Webhook:Secrets:0", WebhookSecret);
        foreach (var (index, id, kind, reference) in Methods())
        {
            yield return new($"{prefix}:PaymentMethods:{index}:Id", $"{id}");
            yield return new($"{prefix}:PaymentMethods:{index}:Kind", kind);
            yield return new($"{prefix}:PaymentMethods:{index}:Reference", reference);
        }
    }

    /// <summary>A bearer token for one of its clients (RFC 7519, HS256), made by hand so that the service's own issuer is not what it is tested with.</summary>
    /// <param name="signingKey">Base64.</param>
    /// <param name="client">The client's name, which the audit trail repeats.</param>
    /// <param name="now">The current time.</param>
    public string Token(string signingKey, string client, DateTimeOffset now)
    {
        var claims = new
        {
            iss = "https://payments.development",
            aud = "payments",
            nbf = now.ToUnixTimeSeconds() - 60,
            exp = now.AddDays(2).ToUnixTimeSeconds(),
            client_id = client,
            merchant_id = Id,
            scope = "financial/commerce/nonprodcheckout:merchant",
        };
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Encode(HMACSHA256.HashData(Convert.FromBase64String(signingKey), Encoding.ASCII.GetBytes(signed)))}";
    }

    private IEnumerable<(int Index, Guid Id, string Kind, string Reference)> Methods() =>
    [
        (0, Card, "Card", "pm_card_visa"),
        (1, BankAccount, "BankAccount", "pm_usBankAccount"),
        (2, ChallengedCard, "Card", "pm_card_threeDSecure2Required"),
    ];

    private static Merchant Make(int number)
    {
        var name = $"shop-{number + 1}";
        return new Merchant(
            EmbeddedMerchants + number,
            IdOf(number, 1),
            name,
            $"chaos-key-{name}",
            $"whsec_{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}",
            IdOf(number, 2), IdOf(number, 3), IdOf(number, 4));
    }

    private static Guid IdOf(int number, int what) => Guid.Parse($"c4a0500{number}-0000-4000-8000-00000000000{what}");

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
