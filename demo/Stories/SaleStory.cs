using System.Text.Json;

namespace Payments.Demo.Stories;

/// <summary>A sale takes the money at once, and gives it back on request: in parts, and never more than was taken.</summary>
internal static class SaleStory
{
    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        story.Transcript.Story("Sale: taken at once, refunded on request");
        var payment = await story.CreateAsync("sale-20260404-010", 6000, CardStory.Visa, authorizeOnly: false, consent: null, cancellationToken);
        await story.PollAsync(payment, "COMPLETED", cancellationToken);
        story.Transcript.CheckAnswer(
            await story.CancelAsync(payment, Story.ChangedMind, cancellationToken), 422,
            Payment.Problem("UNPROCESSABLE_ENTITY", 422, "Payment cannot be cancelled in COMPLETED state"));

        await RefundAsync(story, payment, "refund-20260404-001", 1500, cancellationToken);
        story.Transcript.CheckAnswer(
            await SendAsync(story, payment, "refund-20260404-002", 4501, cancellationToken), 422,
            Payment.Problem("UNPROCESSABLE_ENTITY", 422, "Refund amount exceeds the amount that can be refunded"));
        await RefundAsync(story, payment, "refund-20260404-003", 4500, cancellationToken);
        await story.CheckLedgerAsync(
            payment, "succeeded",
            new Dictionary<string, IReadOnlyList<long>> { ["refund.create"] = [1500, 4500], ["payment_intent.cancel"] = [] }, cancellationToken);
    }

    private static async Task RefundAsync(Story story, Payment payment, string transactionId, long cents, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(story, payment, transactionId, cents, cancellationToken);
        using var document = JsonDocument.Parse(answer.Body);
        var id = document.RootElement.TryGetProperty("data", out var data) ? data.GetProperty("id").GetGuid() : Guid.Empty;
        story.Transcript.CheckAnswer(
            answer, 202, $$"""{"url":"{{story.World.Api}}/v2/refunds/{{id}}","data":{{Refund(id, payment, transactionId, cents, "INITIATED")}}}""");
        await story.PollAsync(
            story.Merchant, $"/v2/refunds/{id}", "COMPLETED", $$"""{"data":{{Refund(id, payment, transactionId, cents, "COMPLETED")}}}""", cancellationToken);
    }

    private static Task<Answer> SendAsync(Story story, Payment payment, string transactionId, long cents, CancellationToken cancellationToken) =>
        story.Merchant.SendAsync(
            HttpMethod.Post, "/v2/refunds",
            $$"""{"paymentId":"{{payment.Id}}","merchantTransactionId":"{{transactionId}}","amount":{{cents}}}""", cancellationToken);

    private static string Refund(Guid id, Payment payment, string transactionId, long cents, string status) =>
        $$"""{"id":"{{id}}","paymentId":"{{payment.Id}}","merchantTransactionId":"{{transactionId}}","amount":{{cents}},"reason":"REQUESTED_BY_CUSTOMER","status":"{{status}}"}""";
}
