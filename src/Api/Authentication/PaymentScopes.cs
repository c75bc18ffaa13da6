namespace Payments.Api.Authentication;

/// <summary>The scopes that let a token use the v2 contract (api-facts §2.1), and ours for operators.</summary>
public static class PaymentScopes
{
    /// <summary>Everything a merchant may do.</summary>
    public static string ForMerchant(ApiEnvironment environment) => Prefix(environment) + "merchant";

    /// <summary>Everything.</summary>
    public static string ForAll(ApiEnvironment environment) => Prefix(environment) + "all";

    /// <summary>What operators may do and merchants may not; no other scope includes it.</summary>
    public static string ForOperator(ApiEnvironment environment) => Prefix(environment) + "operator";

    private static string Prefix(ApiEnvironment environment) => environment switch
    {
        ApiEnvironment.Production => "financial/commerce/checkout:",
        ApiEnvironment.NonProduction => "financial/commerce/nonprodcheckout:",
        _ => throw new ArgumentOutOfRangeException(nameof(environment), environment, "Not an environment."),
    };
}
