using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>What all cancels of the v2 contract share.</summary>
internal static class CancelCase
{
    /// <summary>The cancel of a payment that ends with one effect at the provider.</summary>
    /// <param name="deployment">Where.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="effect">The effect, in the sandbox's words.</param>
    /// <param name="held">The call that causes it when its answer can be held, or null.</param>
    /// <param name="thenTheWorld">What the bank does once the caller was answered, or null.</param>
    public static async Task<CrashCase> PrepareAsync(
        Deployment deployment, Payment payment, string effect, string? held, Func<Task>? thenTheWorld = null)
    {
        var merchant = deployment.Curious;
        return await new PaymentCase(deployment, payment, await deployment.Sandbox.IntentIdAsync(payment))
        {
            Caller = new Caller(
                "v2", merchant.Merchant.Id, key => merchant.CancelAsync(payment, key), answer => answer.Is(202, payment.Accepted("CANCEL_INITIALIZED"))),
            FinalStatus = "CANCELLED",
            Effects = [effect],
            Announcements = [payment.Webhook],
            ThenTheWorld = thenTheWorld,
            HeldCalls = held is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [held] = effect },
        }.BeginAsync();
    }
}
