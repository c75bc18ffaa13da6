namespace Stripe;

/// <summary>Sends requests for the services.</summary>
public interface IStripeClient
{
    /// <summary>Base URL of the API, without a slash at the end.</summary>
    string ApiBase { get; }

    /// <summary>The secret key.</summary>
    string? ApiKey { get; }

    /// <summary>Sends one request and decodes its answer.</summary>
    /// <exception cref="StripeException">The answer was not 200, or could not be decoded.</exception>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    Task<T> RequestAsync<T>(
        HttpMethod method,
        string path,
        BaseOptions? options,
        RequestOptions? requestOptions,
        CancellationToken cancellationToken = default)
        where T : IStripeEntity;
}
