using System.Globalization;
using System.Security.Claims;

namespace Payments.Api.Authentication;

/// <summary>Reads what a verified token says about its bearer.</summary>
internal static class PaymentClaims
{
    /// <summary>Merchants that the bearer may act for: one value or several.</summary>
    public const string MerchantId = "merchant_id";

    /// <summary>Space-separated scopes.</summary>
    public const string Scope = "scope";

    /// <summary>The OAuth client.</summary>
    public const string ClientId = "client_id";

    private const int ActorLengthMax = 200;

    public static bool MayActFor(ClaimsPrincipal bearer, Guid merchantId)
    {
        foreach (var claim in bearer.FindAll(MerchantId))
        {
            if (Guid.TryParse(claim.Value, CultureInfo.InvariantCulture, out var allowed) && allowed == merchantId)
                return true;
        }
        return false;
    }

    /// <summary>Whether the bearer has one of two scopes; some issuers call the claim <c>scp</c> and repeat it instead of joining.</summary>
    public static bool HasScope(ClaimsPrincipal bearer, string first, string second)
    {
        foreach (var claim in bearer.Claims)
        {
            if (claim.Type is not (Scope or "scp"))
                continue;
            foreach (var range in claim.Value.AsSpan().Split(' '))
            {
                var scope = claim.Value.AsSpan(range);
                if (scope.SequenceEqual(first) || scope.SequenceEqual(second))
                    return true;
            }
        }
        return false;
    }

    /// <summary>The bearer's name for the audit trail.</summary>
    public static string Actor(ClaimsPrincipal bearer)
    {
        var name = bearer.FindFirst(ClientId)?.Value ?? bearer.FindFirst("azp")?.Value ?? bearer.FindFirst("sub")?.Value;
        if (string.IsNullOrWhiteSpace(name))
            return "unnamed token";
        return name.Length <= ActorLengthMax ? name : name[..ActorLengthMax];
    }
}
