using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Payments.EndToEnd.Harness;

/// <summary>Events that a test pushes by itself: stale ones, forged ones, and ones about what does not exist.</summary>
public static class ProviderPush
{
    /// <summary>Where Stripe's go.</summary>
    public const string StripePath = "/provider-events/stripe";

    /// <summary>Where Klarna's go.</summary>
    public const string KlarnaPath = "/provider-events/klarna";

    /// <summary>The secret of the embedded profile.</summary>
    public const string StripeSecret = "whsec_sandbox_stripe_events_1";

    /// <summary>A secret that the embedded profile does not have: during a rotation a provider signs with both.</summary>
    public const string RetiredSecret = "whsec_sandbox_stripe_events_0";

    /// <summary>The key of the embedded profile.</summary>
    public const string KlarnaKeyId = "krn:sandbox:signing-key:1";

    /// <summary>Its secret.</summary>
    public const string KlarnaSecret = "sandbox-klarna-events-1";

    private static int lastId;

    /// <summary>Pushes an event about an intent.</summary>
    /// <param name="deployment">Where to.</param>
    /// <param name="type">The event's type.</param>
    /// <param name="intent">The intent's id.</param>
    /// <param name="status">The status that it claims.</param>
    /// <param name="paymentId">Our id in its metadata.</param>
    /// <param name="secret">What it is signed with.</param>
    public static Task<Answer> StripeAsync(
        this Deployment deployment, string type, string intent, string status, Guid paymentId, string secret = StripeSecret)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var subject = $$$"""{"id":"{{{intent}}}","object":"payment_intent","status":"{{{status}}}","metadata":{"payment_id":"{{{paymentId}}}"}}""";
        var id = $"evt_test_{Interlocked.Increment(ref lastId)}";
        var body = $$$"""{"id":"{{{id}}}","object":"event","created":{{{now}}},"type":"{{{type}}}","data":{"object":{{{subject}}} }}""";
        var request = new HttpRequestMessage(HttpMethod.Post, StripePath) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{now}.{body}"));
        request.Headers.Add("Stripe-Signature", $"t={now},v1={Convert.ToHexStringLower(signature)}");
        return Answer.OfAsync(deployment.Api, request);
    }
}
