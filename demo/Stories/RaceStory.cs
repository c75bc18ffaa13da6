namespace Payments.Demo.Stories;

/// <summary>64 cancels at once on one payment: one void.</summary>
internal static class RaceStory
{
    private const int Racers = 64;
    private const int ProviderDelayMs = 300;

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        var transcript = story.Transcript;
        transcript.Story($"Race: {Racers} cancels at once on one payment");
        var payment = await story.PrepareAsync("preauth-20260404-003", 25000, CardStory.Visa, authorizeOnly: true, "AUTHORIZED", cancellationToken);
        transcript.Say($"On order: Stripe takes {ProviderDelayMs} ms for the void, so that all {Racers} are there while it is under way.");
        await story.World.Ledger.OrderFaultAsync(
            new { operation = "payment_intent.cancel", kind = "latency", latencyMs = ProviderDelayMs, match = $"{payment.Id}" }, cancellationToken);
        var callsBefore = await story.World.Ledger.CallsAsync("payment_intent.cancel", cancellationToken);

        transcript.Sent($"{Racers} × PATCH {payment.Path}/cancel", Story.ChangedMind);
        var answers = await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => story.Merchant.SendQuietlyAsync(
            HttpMethod.Patch, $"{payment.Path}/cancel", Story.ChangedMind, cancellationToken)));
        var accepted = payment.Accepted("CANCEL_INITIALIZED");
        var tooLate = Payment.Problem("UNPROCESSABLE_ENTITY", 422, "Payment already cancelled");
        foreach (var group in answers.GroupBy(static answer => (answer.Status, answer.Body)))
        {
            transcript.Say($"← {group.Count()} × {group.Key.Status}");
            transcript.Body(group.Key.Body);
        }

        transcript.Check(
            "every answer is the contract's 202, or its 422 for a payment that is cancelled by now",
            answers.All(answer => (answer.Status == 202 && answer.Body == accepted) || (answer.Status == 422 && answer.Body == tooLate)));
        transcript.Check("the cancel was accepted", answers.Any(static answer => answer.Status == 202));
        await story.PollAsync(payment, "CANCELLED", cancellationToken);
        await story.CheckWebhookAsync(payment, cancellationToken);
        await story.CheckLedgerAsync(payment, cancels: 1, "canceled", cancellationToken);
        var calls = await story.World.Ledger.CallsAsync("payment_intent.cancel", cancellationToken) - callsBefore;
        transcript.Check("Stripe was called once", calls == 1, $"{calls} calls");
    }
}
