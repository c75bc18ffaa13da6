namespace Payments.Grains.Ports;

/// <summary>Sends one webhook once, signed as Standard Webhooks 1.0.0 says. Never throws for what the endpoint or the network does.</summary>
public interface IWebhookSender
{
    /// <summary>POSTs the message: no redirects, 15 s at most (the caller's <paramref name="timeout"/>), at most 64 KiB of the answer read.</summary>
    Task<WebhookAttempt> SendAsync(WebhookEndpoint endpoint, WebhookMessage message, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>One webhook to deliver.</summary>
/// <param name="Id">The <c>webhook-id</c>, the same on every retry. Contains no dot.</param>
/// <param name="Body">The exact bytes of the body, UTF-8 JSON.</param>
public sealed record WebhookMessage(string Id, ReadOnlyMemory<byte> Body);

/// <summary>What one attempt told us.</summary>
/// <param name="StatusCode">The endpoint's HTTP status, or null when there was no answer.</param>
/// <param name="RetryAfter">Its <c>Retry-After</c>, seconds or date already turned into a wait, or null.</param>
/// <param name="Error">What went wrong without an answer: <c>timeout</c>, <c>connection_refused</c>, <c>name_not_resolved</c>, <c>tls</c>, <c>connection_lost</c>, <c>forbidden_address</c>; else null.</param>
public sealed record WebhookAttempt(int? StatusCode, TimeSpan? RetryAfter, string? Error)
{
    /// <summary>Any 2xx.</summary>
    public bool Delivered => StatusCode is >= 200 and <= 299;
}
