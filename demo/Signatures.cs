using System.Text;
using Payments.Providers;

namespace Payments.Demo;

/// <summary>Verifies a webhook with the merchant's secret, and that the verification would notice.</summary>
internal static class Signatures
{
    private const string OtherSecret = "whsec_c2Vjb25kLW1lcmNoYW50LXNlY3JldC0wMDAwMg==";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static void Check(Transcript transcript, Webhook webhook)
    {
        transcript.Check("its signature fits the merchant's secret (Standard Webhooks, v1)", Fits(webhook, webhook.Body, World.WebhookSecret));
        transcript.Check(
            "and neither a changed body nor another merchant's secret",
            !Fits(webhook, webhook.Body.Replace("25000", "1", StringComparison.Ordinal) + " ", World.WebhookSecret) && !Fits(webhook, webhook.Body, OtherSecret));
    }

    private static bool Fits(Webhook webhook, string body, string secret) => WebhookSignature.Verify(
        webhook.Id, webhook.Timestamp, webhook.Signature, Encoding.UTF8.GetBytes(body), [secret], TimeProvider.System.GetUtcNow(), Tolerance);
}
