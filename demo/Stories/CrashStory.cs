namespace Payments.Demo.Stories;

/// <summary>kill -9 at the worst moment: Stripe has voided the hold, and nobody has heard of it.</summary>
internal static class CrashStory
{
    private const int AnswerDelayMs = 2500;

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        var transcript = story.Transcript;
        var world = story.World;
        transcript.Story("Crash: kill -9 between the void and its answer");
        var payment = await story.PrepareAsync("preauth-20260404-004", 25000, CardStory.Visa, authorizeOnly: true, "AUTHORIZED", cancellationToken);
        var intent = await world.Ledger.FindIntentAsync(payment.Id, cancellationToken)
            ?? throw new DemoException($"Stripe has no PaymentIntent of {payment.Id}.");

        transcript.Say($"On order: Stripe carries the void out and keeps its answer back for {AnswerDelayMs} ms.");
        await world.Ledger.OrderFaultAsync(
            new { operation = "payment_intent.cancel", kind = "latency", latencyMs = AnswerDelayMs, phase = "after", match = $"{payment.Id}" }, cancellationToken);

        transcript.Sent($"PATCH {payment.Path}/cancel", Story.ChangedMind);
        var request = story.Merchant.SendQuietlyAsync(
            HttpMethod.Patch, $"{payment.Path}/cancel", Story.ChangedMind, cancellationToken);
        await world.Ledger.WaitForOperationAsync(intent.Id, "payment_intent.cancel", cancellationToken);
        transcript.Say("The void is in Stripe's ledger, its answer is still on the way. Meanwhile a read is not held up:");
        await story.PollAsync(payment, "CANCEL_INITIALIZED", cancellationToken);

        var killed = world.Silo.Id;
        await world.Silo.KillAsync();
        transcript.Say($"kill -9 {killed}");
        transcript.Check("the merchant's request is cut off without an answer", await IsCutOffAsync(request));

        await world.RestartSiloAsync();
        transcript.Say($"Restarted as process {world.Silo.Id}, on the same data. Nobody asks again; the write-ahead row is due by itself.");
        await story.CheckWebhookAsync(payment, cancellationToken);
        await story.PollAsync(payment, "CANCELLED", cancellationToken);
        await story.CheckLedgerAsync(payment, cancels: 1, "canceled", cancellationToken);
    }

    private static async Task<bool> IsCutOffAsync(Task<Answer> request)
    {
        try
        {
            await request;
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
