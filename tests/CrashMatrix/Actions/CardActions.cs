using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>The cancel of an authorized card: its hold is voided.</summary>
public sealed record CardVoid() : CrashAction("card void")
{
    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment) =>
        await CancelCase.PrepareAsync(deployment, await deployment.Curious.CreateAsync(), "payment_intent.cancel", "stripe cancel");
}

/// <summary>The same, and the provider's answer is lost: what is killed here is the read before the retry.</summary>
public sealed record CardVoidAnswerLost() : CrashAction("card void, answer lost")
{
    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment)
    {
        var payment = await deployment.Curious.CreateAsync();
        await deployment.Sandbox.OrderAsync(new Fault("payment_intent.cancel", "drop_after", Match: payment.TransactionId));
        return await CancelCase.PrepareAsync(deployment, payment, "payment_intent.cancel", held: null);
    }
}

/// <summary>The capture of an authorized card.</summary>
public sealed record Capture() : CrashAction("capture")
{
    private const long Taken = 10000;

    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment)
    {
        var merchant = deployment.Curious;
        var payment = await merchant.CreateAsync();
        return await new PaymentCase(deployment, payment, await deployment.Sandbox.IntentIdAsync(payment))
        {
            Caller = new Caller(
                "v2", merchant.Merchant.Id, key => merchant.CaptureAsync(payment, $$"""{"amount":{{Taken}}}""", key),
                answer => answer.Is(202, payment.Accepted("CAPTURE_INITIALIZED"))),
            FinalStatus = "COMPLETED",
            Captured = Taken,
            Effects = ["payment_intent.capture"],
            Announcements = [payment.Announcement("PAYMENT_SUCCEEDED", "COMPLETED", Taken)],
            HeldCalls = new Dictionary<string, string> { ["stripe capture"] = "payment_intent.capture" },
        }.BeginAsync();
    }
}

/// <summary>The full refund of a sale on request.</summary>
public sealed record RefundOnRequest() : CrashAction("refund on request")
{
    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment)
    {
        var merchant = deployment.Curious;
        var sale = await merchant.CreateAsync("COMPLETED", authorizeOnly: false);
        return await new PaymentCase(deployment, sale, await deployment.Sandbox.IntentIdAsync(sale))
        {
            Caller = new Caller(
                "v2", merchant.Merchant.Id, key => merchant.RefundAsync(sale, sale.TransactionId, null, key), static answer => Assert.Equal(202, answer.Status)),
            FinalStatus = "COMPLETED",
            Effects = ["refund.create"],
            RefundId = PaymentIds.ForRefund(merchant.Merchant.Id, sale.TransactionId),
            HeldCalls = new Dictionary<string, string> { ["stripe refund"] = "refund.create" },
        }.BeginAsync();
    }
}
