using System.Net;
using System.Text.Json;

namespace Stripe;

/// <summary>The API as one account sees it.</summary>
public class StripeClient : IStripeClient
{
    private static readonly JsonSerializerOptions JsonOptions = new() { MaxDepth = 128 };

    /// <summary>A client with its own key, host and transport.</summary>
    /// <exception cref="ArgumentException">The key is empty or contains whitespace.</exception>
    public StripeClient(StripeClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ApiKey is { Length: 0 })
            throw new ArgumentException("API key cannot be the empty string.", nameof(options));
        if (options.ApiKey is { } key && key.Any(char.IsWhiteSpace))
            throw new ArgumentException("API key cannot contain whitespace.", nameof(options));

        ApiKey = options.ApiKey;
        ApiBase = options.ApiBase ?? DefaultApiBase;
        HttpClient = options.HttpClient ?? new SystemNetHttpClient();
    }

    /// <summary>Where Stripe itself answers.</summary>
    public static string DefaultApiBase => "https://api.stripe.com";

    /// <inheritdoc/>
    public string ApiBase { get; }

    /// <inheritdoc/>
    public string? ApiKey { get; }

    /// <summary>The transport.</summary>
    public IHttpClient HttpClient { get; }

    /// <inheritdoc/>
    public async Task<T> RequestAsync<T>(
        HttpMethod method,
        string path,
        BaseOptions? options,
        RequestOptions? requestOptions,
        CancellationToken cancellationToken = default)
        where T : IStripeEntity
    {
        var request = new StripeRequest(this, method, path, options, requestOptions);
        var response = await HttpClient.MakeRequestAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
            throw ErrorOf(response);

        T? entity;
        try
        {
            entity = JsonSerializer.Deserialize<T>(response.Content, JsonOptions);
        }
        catch (JsonException)
        {
            throw InvalidResponse(response);
        }

        if (entity is null)
            throw InvalidResponse(response);
        entity.StripeResponse = response;
        return entity;
    }

    private static StripeException ErrorOf(StripeResponse response)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(response.Content);
        }
        catch (JsonException)
        {
            return InvalidResponse(response);
        }

        using (document)
        {
            if (!document.RootElement.TryGetProperty("error", out var element))
                return InvalidResponse(response);

            var error = element.Deserialize<StripeError>(JsonOptions)!;
            error.StripeResponse = response;
            return new StripeException(response.StatusCode, error, error.Message!) { StripeResponse = response };
        }
    }

    private static StripeException InvalidResponse(StripeResponse response) =>
        new(response.StatusCode, null, $"Invalid response object from API: \"{response.Content}\"") { StripeResponse = response };
}
