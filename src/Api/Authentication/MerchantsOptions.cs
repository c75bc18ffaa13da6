namespace Payments.Api.Authentication;

/// <summary>The merchants that this product serves, section <c>Payments:Merchants</c>.</summary>
public sealed class MerchantsOptions
{
    /// <summary>The configuration section that holds the list.</summary>
    public const string Section = "Payments";

    /// <summary>The merchants.</summary>
    public IList<MerchantOptions> Merchants { get; } = [];
}

/// <summary>One merchant.</summary>
public sealed class MerchantOptions
{
    /// <summary>The id that <c>X-Merchant-Id</c> carries.</summary>
    public Guid Id { get; set; }

    /// <summary>Name for people.</summary>
    public string Name { get; set; } = "";

    /// <summary>Payhub API keys, several during rotation: <c>sha256:</c> and the key's digest in hex, or outside production the key
    /// itself.</summary>
    public IList<string> ApiKeys { get; } = [];
}
