namespace Stripe;

/// <summary>Turns a request into an answer.</summary>
public interface IHttpClient
{
    /// <summary>Sends one request and reads the whole answer, whatever its status.</summary>
    Task<StripeResponse> MakeRequestAsync(StripeRequest request, CancellationToken cancellationToken = default);
}
