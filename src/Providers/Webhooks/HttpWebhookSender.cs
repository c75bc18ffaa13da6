using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Payments.Grains.Ports;

namespace Payments.Providers;

/// <summary>Sends webhooks over HTTP, signed as Standard Webhooks 1.0.0 says.</summary>
internal sealed class HttpWebhookSender : IWebhookSender, IDisposable
{
    private const int AnswerBytesMax = 64 * 1024;
    private const int HeaderKilobytesMax = 32;

    // What is left of an answer is read for this long, only to keep the connection.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public HttpWebhookSender(IOptions<WebhookSenderOptions> options, TimeProvider time)
        : this(options, time, Dns.GetHostAddressesAsync)
    {
    }

    internal HttpWebhookSender(
        IOptions<WebhookSenderOptions> options,
        TimeProvider time,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        _time = time;
        var handler = OutboundHttp.CreateHandler(
            options.Value.MaxConnectionsPerEndpoint, options.Value.ConnectionLifetime, options.Value.SendTraceContext);
        handler.ConnectCallback = new GuardedConnect(options.Value.AllowPrivateAddresses, resolve).ConnectAsync;

        // A proxy would resolve the name itself, past the guard.
        handler.UseProxy = false;
        handler.MaxResponseHeadersLength = HeaderKilobytesMax;
        handler.MaxResponseDrainSize = AnswerBytesMax;
        handler.ResponseDrainTimeout = DrainTimeout;
        _http = OutboundHttp.CreateClient(handler, AnswerBytesMax);
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("payments-webhooks/1.0");
    }

    /// <inheritdoc/>
    /// <remarks>The answer is its status line and headers; nothing an endpoint does with the body holds the attempt up.</remarks>
    /// <exception cref="ArgumentException">The message id contains a dot, or a secret is malformed: ours to keep right.</exception>
    public async Task<WebhookAttempt> SendAsync(
        WebhookEndpoint endpoint,
        WebhookMessage message,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(message);
        using var request = CreateRequest(endpoint, message);
        if (!endpoint.Url.IsAbsoluteUri || endpoint.Url.Scheme is not ("http" or "https"))
            return Failed(TransportFailure.ForbiddenAddress);

        using var expiry = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, expiry.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new WebhookAttempt((int)response.StatusCode, RetryAfter.Of(response.Headers, _time), Error: null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new WebhookAttempt(StatusCode: null, RetryAfter: null, "timeout");
        }
        catch (HttpRequestException exception)
        {
            return Failed(TransportFailures.Classify(exception));
        }
        catch (IOException)
        {
            return Failed(TransportFailure.ConnectionLost);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static WebhookAttempt Failed(TransportFailure failure) => new(StatusCode: null, RetryAfter: null, failure.ToWord());

    private HttpRequestMessage CreateRequest(WebhookEndpoint endpoint, WebhookMessage message)
    {
        var now = _time.GetUtcNow();
        var signature = WebhookSignature.Sign(message.Id, now, message.Body.Span, endpoint.Secrets);
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url) { Content = new ReadOnlyMemoryContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(WebhookSignature.IdHeader, message.Id);
        request.Headers.Add(WebhookSignature.TimestampHeader, WebhookSignature.ToUnixSeconds(now));
        request.Headers.Add(WebhookSignature.SignatureHeader, signature);
        return request;
    }
}
