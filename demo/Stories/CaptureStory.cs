namespace Payments.Demo.Stories;

/// <summary>A hold is captured: all of it, or a part, and then the rest is released.</summary>
internal static class CaptureStory
{
    private const long Held = 25000;

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        story.Transcript.Story("Pre-authorization: captured in full, and in part");
        await CaptureAsync(story, "preauth-20260404-010", "{}", Held, cancellationToken);
        await CaptureAsync(story, "preauth-20260404-011", """{"amount":10000}""", 10000, cancellationToken);
    }

    private static async Task CaptureAsync(Story story, string transactionId, string body, long captured, CancellationToken cancellationToken)
    {
        var payment = await story.PrepareAsync(transactionId, Held, CardStory.Visa, authorizeOnly: true, "AUTHORIZED", cancellationToken);
        var answer = await story.Merchant.SendAsync(HttpMethod.Patch, $"{payment.Path}/capture", body, cancellationToken);
        story.Transcript.Check("202 CAPTURE_INITIALIZED", answer.Status == 202 && answer.Body.Contains("CAPTURE_INITIALIZED", StringComparison.Ordinal), answer.Body);
        await story.PollAsync(story.Merchant, payment.Path, "COMPLETED", payment.Captured(captured), cancellationToken);
        story.Transcript.CheckAnswer(
            await story.CancelAsync(payment, Story.ChangedMind, cancellationToken), 422,
            Payment.Problem("UNPROCESSABLE_ENTITY", 422, "Payment cannot be cancelled in COMPLETED state"));
        await story.CheckLedgerAsync(
            payment, "succeeded",
            new Dictionary<string, IReadOnlyList<long>> { ["payment_intent.capture"] = [captured], ["payment_intent.cancel"] = [] }, cancellationToken);
    }
}
