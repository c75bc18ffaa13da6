namespace Payments.Demo.Stories;

/// <summary>The rows of the seed's error table, and that none of them reaches the provider's ledger.</summary>
internal static class RefusalStory
{
    private const string DeclinedCard = "33333333-3333-4333-8333-333333333333";

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        var transcript = story.Transcript;
        transcript.Story("Refusals: the contract's error table");
        var sale = await story.PrepareAsync("sale-20260404-001", 4200, CardStory.Visa, authorizeOnly: false, "COMPLETED", cancellationToken);
        transcript.CheckAnswer(
            await story.CancelAsync(sale, Story.ChangedMind, cancellationToken), 422,
            Payment.Problem("UNPROCESSABLE_ENTITY", 422, "Payment cannot be cancelled in COMPLETED state"));
        await story.CheckLedgerAsync(sale, cancels: 0, "succeeded", cancellationToken);

        var declined = await story.PrepareAsync("sale-20260404-002", 4200, DeclinedCard, authorizeOnly: false, "FAILED", cancellationToken);
        transcript.CheckAnswer(
            await story.CancelAsync(declined, Story.ChangedMind, cancellationToken), 422, Payment.Problem("UNPROCESSABLE_ENTITY", 422, "Payment already failed"));
        await story.CheckLedgerAsync(declined, cancels: 0, "requires_payment_method", cancellationToken);

        await ProviderRefusesAsync(story, cancellationToken);
        await WrongRequestsAsync(story, sale, cancellationToken);

        var received = 0;
        foreach (var payment in new[] { sale, declined })
            received += (await story.World.Ledger.CancellationsAsync(payment.Id, cancellationToken)).Count;
        transcript.Check("no announcement of a cancel for what was not cancelled", received == 0, $"{received}");
    }

    /// <summary>A void that Stripe refuses leaves the payment where it was, and a later cancel is free to succeed.</summary>
    private static async Task ProviderRefusesAsync(Story story, CancellationToken cancellationToken)
    {
        var payment = await story.PrepareAsync("preauth-20260404-002", 9900, CardStory.Visa, authorizeOnly: true, "AUTHORIZED", cancellationToken);
        story.Transcript.Say("On order: Stripe refuses the next cancel of this payment.");
        await story.World.Ledger.OrderFaultAsync(
            new { operation = "payment_intent.cancel", kind = "refuse", code = "payment_intent_unexpected_state", match = $"{payment.Id}" }, cancellationToken);
        story.Transcript.CheckAnswer(
            await story.CancelAsync(payment, Story.ChangedMind, cancellationToken), 422, Payment.Problem("PAYMENT_ERROR", 422, "Cancellation processing failed"));
        await story.PollAsync(payment, "AUTHORIZED", cancellationToken);
        await story.CheckLedgerAsync(payment, cancels: 0, "requires_capture", cancellationToken);

        story.Transcript.CheckAnswer(
            await story.CancelAsync(payment, Story.ChangedMind, cancellationToken), 202, payment.Accepted("CANCEL_INITIALIZED"));
        await story.PollAsync(payment, "CANCELLED", cancellationToken);
        await story.CheckLedgerAsync(payment, cancels: 1, "canceled", cancellationToken);
    }

    private static async Task WrongRequestsAsync(Story story, Payment payment, CancellationToken cancellationToken)
    {
        (string Path, string Body, int Status, string Expected)[] requests =
        [
            ($"/v2/payments/{Guid.NewGuid()}/cancel", Story.ChangedMind, 404, Payment.Problem("NOT_FOUND", 404, "paymentId not found")),
            ($"{payment.Path}/cancel", "{}", 400, Payment.Problem("INVALID_REQUEST", 400, "paymentCancellationReason is required")),
            ($"{payment.Path}/cancel", """{"paymentCancellationReason":"BORED"}""", 400, Payment.Problem("INVALID_REQUEST", 400, "Invalid enum value")),
        ];
        foreach (var (path, body, status, expected) in requests)
            story.Transcript.CheckAnswer(await story.Merchant.SendAsync(HttpMethod.Patch, path, body, cancellationToken), status, expected);
    }
}
