using System.Text;
using Payments.Grains.Ports;

namespace Payments.CrashHost;

/// <summary>Webhooks behind the crash points: right before one leaves, and right after the merchant's answer has arrived.</summary>
internal sealed class CrashingSender(IWebhookSender inner, CrashPoints points) : IWebhookSender
{
    public Task<WebhookAttempt> SendAsync(WebhookEndpoint endpoint, WebhookMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetString(message.Body.Span);
        return points.PassAsync(
            "webhook", subject => body.Contains($"\"{subject}\"", StringComparison.Ordinal),
            () => inner.SendAsync(endpoint, message, timeout, cancellationToken));
    }
}
