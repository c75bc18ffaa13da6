namespace Stripe;

/// <summary>How a request is sent.</summary>
public class RequestOptions
{
    /// <summary>Up to 255 characters; a POST without one gets a random one.</summary>
    public string? IdempotencyKey { get; set; }
}
