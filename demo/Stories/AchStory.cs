namespace Payments.Demo.Stories;

/// <summary>A bank debit is reversed while Stripe still lets it be cancelled.</summary>
internal static class AchStory
{
    public const string BankAccount = "22222222-2222-4222-8222-222222222222";
    public const string Consent = """{"type":"ONLINE","timestamp":"2026-04-04T10:15:00Z","ipAddress":"203.0.113.7","userAgent":"Mozilla/5.0"}""";

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        story.Transcript.Story("ACH: an accepted bank debit is reversed");
        var payment = await story.CreateAsync("ach-20260404-001", 12550, BankAccount, authorizeOnly: false, Consent, cancellationToken);
        await story.PollAsync(payment, "ACCEPTED", cancellationToken);

        var cancelled = await story.CancelAsync(payment, Story.CancelBody("DUPLICATE", "Ordered twice"), cancellationToken);
        story.Transcript.CheckAnswer(cancelled, 202, payment.Accepted("CANCEL_INITIALIZED"));
        await story.PollAsync(payment, "CANCELLED", cancellationToken);
        await story.CheckWebhookAsync(payment, cancellationToken);
        await story.CheckLedgerAsync(payment, cancels: 1, "canceled", cancellationToken);
    }
}
