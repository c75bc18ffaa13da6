using System.Net.Http.Headers;
using System.Text;

namespace Stripe;

/// <summary>One request, ready to be sent and to be sent again.</summary>
public class StripeRequest
{
    private const string ApiVersion = "2026-07-29.dahlia";

    private readonly BaseOptions? _options;

    /// <summary>A request of one client.</summary>
    /// <exception cref="StripeException">The client has no key.</exception>
    public StripeRequest(IStripeClient client, HttpMethod method, string path, BaseOptions? options, RequestOptions? requestOptions)
    {
        ArgumentNullException.ThrowIfNull(client);
        _options = options;
        Method = method;

        var query = method != HttpMethod.Post && options is not null ? FormEncoder.Encode(options) : "";
        Uri = new Uri(client.ApiBase + path + (query.Length > 0 ? "?" + query : ""));

        var key = client.ApiKey ?? throw new StripeException("No API key provided.");
        AuthorizationHeader = new AuthenticationHeaderValue("Bearer", key);

        StripeHeaders = new Dictionary<string, string> { ["Stripe-Version"] = ApiVersion };
        if (!string.IsNullOrEmpty(requestOptions?.IdempotencyKey))
            StripeHeaders["Idempotency-Key"] = requestOptions.IdempotencyKey;
        else if (method == HttpMethod.Post)
            StripeHeaders["Idempotency-Key"] = Guid.NewGuid().ToString();
    }

    /// <summary>GET or POST.</summary>
    public HttpMethod Method { get; }

    /// <summary>Where to; a GET's parameters are in its query.</summary>
    public Uri Uri { get; }

    /// <summary>The bearer key.</summary>
    public AuthenticationHeaderValue AuthorizationHeader { get; }

    /// <summary>Version and idempotency key.</summary>
    public IDictionary<string, string> StripeHeaders { get; }

    /// <summary>A fresh copy of a POST's body, empty when it has no parameters; null for other methods.</summary>
    public HttpContent? Content
    {
        get
        {
            if (Method != HttpMethod.Post)
                return null;
            var form = new ByteArrayContent(Encoding.UTF8.GetBytes(_options is null ? "" : FormEncoder.Encode(_options)));
            form.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded", "utf-8");
            return form;
        }
    }
}
