namespace Stripe;

/// <summary>What a <see cref="StripeClient"/> is made from.</summary>
public class StripeClientOptions
{
    /// <summary>The secret key.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Sends the requests; null for one with default settings.</summary>
    public IHttpClient? HttpClient { get; set; }

    /// <summary>Base URL of the API, null for Stripe's own.</summary>
    public string? ApiBase { get; set; }
}
