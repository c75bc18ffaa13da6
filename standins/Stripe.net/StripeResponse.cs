using System.Net;
using System.Net.Http.Headers;

namespace Stripe;

/// <summary>An answer as it came.</summary>
public class StripeResponse(HttpStatusCode statusCode, HttpResponseHeaders? headers, string content)
{
    /// <summary>HTTP status.</summary>
    public HttpStatusCode StatusCode { get; } = statusCode;

    /// <summary>HTTP headers.</summary>
    public HttpResponseHeaders? Headers { get; } = headers;

    /// <summary>The body.</summary>
    public string Content { get; } = content;

    /// <summary>Stripe's own name of the request, or null.</summary>
    public string? RequestId => Headers is not null && Headers.TryGetValues("Request-Id", out var values) ? values.First() : null;
}
