using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>The reversal of an ACH debit while Stripe allows the cancel.</summary>
public sealed record DebitCancel() : CrashAction("ACH reversal, cancelled")
{
    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment) =>
        await CancelCase.PrepareAsync(deployment, await deployment.Curious.CreateBankDebitAsync(), "payment_intent.cancel", "stripe cancel");
}

/// <summary>The reversal of an ACH debit that Stripe no longer cancels: it settles later and is refunded then.</summary>
public sealed record DebitSettlesLater() : CrashAction("ACH reversal, refused, settled later")
{
    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment)
    {
        var payment = await deployment.Curious.CreateBankDebitAsync();
        var intent = await deployment.Sandbox.IntentIdAsync(payment);
        await deployment.Sandbox.MoveIntentAsync(intent, "close_cancel_window");
        return await CancelCase.PrepareAsync(
            deployment, payment, "refund.create", "stripe refund", () => deployment.Sandbox.MoveIntentAsync(intent, "settle"));
    }
}

/// <summary>The reversal of an ACH debit that has settled unnoticed: success came before the cancel, so it is refunded.</summary>
public sealed record CompensatingRefund() : CrashAction("compensating refund")
{
    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment)
    {
        var payment = await deployment.Curious.CreateBankDebitAsync();
        await deployment.Sandbox.MoveIntentAsync(await deployment.Sandbox.IntentIdAsync(payment), "settle");
        return await CancelCase.PrepareAsync(deployment, payment, "refund.create", "stripe refund");
    }
}

/// <summary>The same, and the answer to the refund is lost: what is killed here is the look-up before the retry.</summary>
public sealed record RefundAnswerLost() : CrashAction("compensating refund, answer lost")
{
    /// <inheritdoc />
    public override async Task<CrashCase> PrepareAsync(Deployment deployment)
    {
        var payment = await deployment.Curious.CreateBankDebitAsync();
        await deployment.Sandbox.MoveIntentAsync(await deployment.Sandbox.IntentIdAsync(payment), "settle");
        await deployment.Sandbox.OrderAsync(new Fault("refund.create", "drop_after", Match: $"{payment.Id}"));
        return await CancelCase.PrepareAsync(deployment, payment, "refund.create", held: null);
    }
}
