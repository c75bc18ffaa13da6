namespace Payments.Demo.Stories;

/// <summary>A bank debit that Stripe no longer lets be cancelled: the reversal waits for the money, and gives it back.</summary>
internal static class AchRefundStory
{
    private const long Amount = 8800;

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        story.Transcript.Story("ACH: the reversal is refused, the debit settles and is refunded");
        var payment = await story.CreateAsync("ach-20260404-002", Amount, AchStory.BankAccount, authorizeOnly: false, AchStory.Consent, cancellationToken);
        await story.PollAsync(payment, "ACCEPTED", cancellationToken);
        var intent = await story.World.Ledger.FindIntentAsync(payment.Id, cancellationToken) ?? throw new DemoException("Stripe has no PaymentIntent.");

        story.Transcript.Say("On order: the bank's window for a cancel closes.");
        await story.World.Ledger.MoveAsync($"payment_intents/{intent.Id}/close_cancel_window", cancellationToken);
        var cancelled = await story.CancelAsync(payment, Story.ChangedMind, cancellationToken);
        story.Transcript.CheckAnswer(cancelled, 202, payment.Accepted("CANCEL_INITIALIZED"));
        story.Transcript.Check(
            "nothing is announced while the money is under way", (await story.World.Ledger.CancellationsAsync(payment.Id, cancellationToken)).Count == 0);

        story.Transcript.Say("On order: the debit settles.");
        await story.World.Ledger.MoveAsync($"payment_intents/{intent.Id}/settle", cancellationToken);
        await story.PollAsync(payment, "CANCELLED", cancellationToken);
        await story.CheckWebhookAsync(payment, cancellationToken);
        await story.CheckLedgerAsync(
            payment, "succeeded",
            new Dictionary<string, IReadOnlyList<long>> { ["payment_intent.cancel"] = [], ["refund.create"] = [Amount] }, cancellationToken);
    }
}
