using Payments.Chaos.Checking;
using Payments.Chaos.World;

namespace Payments.Chaos.Load;

/// <summary>Who sends a request.</summary>
/// <param name="Client">Name of the client within the run.</param>
/// <param name="Actor">What the audit trail will call it.</param>
/// <param name="Headers">Its headers, each ending with CR LF.</param>
/// <param name="IsForeign">Whether it belongs to another merchant than the order.</param>
internal sealed record Identity(string Client, string Actor, string Headers, bool IsForeign = false);

/// <summary>Makes identities. Tokens are made once: a client keeps its own.</summary>
internal sealed class Identities(string signingKey, DateTimeOffset now)
{
    private const int ClientsPerMerchant = 8;

    private readonly Dictionary<(Guid Merchant, int Client), string> tokens = Merchant.All
        .SelectMany(static merchant => Enumerable.Range(0, ClientsPerMerchant), (merchant, client) => (merchant, client))
        .ToDictionary(static pair => (pair.merchant.Id, pair.client), pair => pair.merchant.Token(signingKey, Actor(pair.merchant, pair.client), now));

    /// <summary>The identity of one racer of one plan.</summary>
    public Identity Of(Plan plan, int racer) => Make(plan, plan.Merchant, racer, isForeign: false);

    /// <summary>The identity of the plan's intruder.</summary>
    public Identity OfIntruder(Plan plan) => Make(plan, plan.Intruder!, 0, isForeign: true);

    private Identity Make(Plan plan, Merchant merchant, int racer, bool isForeign)
    {
        var name = $"{plan.Number}.{racer}";
        if (plan.Order.Contract == Contract.Payhub)
            return new Identity(name, merchant.KeyActor, $"X-Api-Key: {merchant.ApiKey}\r\n", isForeign);

        var client = (plan.Number + racer) % ClientsPerMerchant;
        return new Identity(
            name,
            Actor(merchant, client),
            $"Authorization: Bearer {tokens[(merchant.Id, client)]}\r\nX-Merchant-Id: {merchant.Id}\r\nX-Upstream-Env: dev\r\nX-Source: {merchant.Source}\r\n",
            isForeign);
    }

    private static string Actor(Merchant merchant, int client) => $"{merchant.Source}-till-{client}";
}
