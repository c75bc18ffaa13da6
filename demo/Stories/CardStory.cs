namespace Payments.Demo.Stories;

/// <summary>A card is authorized and its hold is voided: the seed's own example.</summary>
internal static class CardStory
{
    public const string Visa = "11111111-1111-4111-8111-111111111111";

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        story.Transcript.Story("Card: an authorized payment is voided");
        story.Transcript.Say($"Every request carries: {story.World.HeadersOfV2}");
        var payment = await story.CreateAsync("preauth-20260404-001", 25000, Visa, authorizeOnly: true, consent: null, cancellationToken);
        await story.PollAsync(payment, "AUTHORIZED", cancellationToken);

        var cancelled = await story.CancelAsync(payment, Story.ChangedMind, cancellationToken);
        story.Transcript.CheckAnswer(cancelled, 202, payment.Accepted("CANCEL_INITIALIZED"));
        await story.PollAsync(payment, "CANCELLED", cancellationToken);
        await story.CheckWebhookAsync(payment, cancellationToken);

        var again = await story.CancelAsync(payment, Story.ChangedMind, cancellationToken);
        story.Transcript.CheckAnswer(again, 422, Payment.Problem("UNPROCESSABLE_ENTITY", 422, "Payment already cancelled"));
        await story.CheckLedgerAsync(payment, cancels: 1, "canceled", cancellationToken);
    }
}
