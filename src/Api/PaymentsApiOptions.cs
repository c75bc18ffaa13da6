namespace Payments.Api;

/// <summary>Settings of both contracts, section <see cref="Section"/>.</summary>
public sealed class PaymentsApiOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments:Api";

    /// <summary>What callers put before <c>/v2/payments/…</c>, for instance a gateway's address and path; the <c>url</c> of an answer
    /// begins with it.</summary>
    public string PublicBaseUrl { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Which of the contract's two environments this is.</summary>
    public ApiEnvironment Environment { get; set; } = ApiEnvironment.NonProduction;

    /// <summary>Currencies that v2 takes, ISO 4217; US dollars when not given.</summary>
    public IReadOnlyList<string>? PaymentCurrencies { get; set; }

    /// <summary>Currencies that Payhub takes, ISO 4217; every known one when not given.</summary>
    public IReadOnlyList<string>? PaymentRequestCurrencies { get; set; }
}

/// <summary>The contract's environments (api-facts §2.1): they differ in the scope that counts and in <c>X-Upstream-Env</c>.</summary>
public enum ApiEnvironment
{
    /// <summary>Scopes <c>financial/commerce/nonprodcheckout:…</c>; <c>X-Upstream-Env</c> is required.</summary>
    NonProduction = 0,

    /// <summary>Scopes <c>financial/commerce/checkout:…</c>; <c>X-Upstream-Env</c> is ignored.</summary>
    Production = 1,
}
