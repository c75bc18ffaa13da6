using System.Globalization;
using System.Text.Json;

namespace Payments.Demo.Stories;

/// <summary>The customer completes a request while it is being cancelled; then the payment is refunded.</summary>
internal static class KlarnaPaidStory
{
    private const int HeldMilliseconds = 1500;

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        var transcript = story.Transcript;
        transcript.Story("Klarna: completed while it is being cancelled, then refunded (Payhub)");
        using var merchant = story.World.Payhub(KlarnaStory.FirstMerchantKey, transcript);
        var id = await KlarnaStory.CreateAsync(
            merchant, transcript, """{"Provider":"klarna","PaymentType":"DynamicQR","Amount":40.00,"Currency":"EUR","Country":"GR"}""",
            withLink: true, cancellationToken);
        var ledger = story.World.Ledger;
        var request = await ledger.FindKlarnaAsync(id, cancellationToken);

        transcript.Say("On order: our cancel is on its way for a while. Meanwhile the customer pays.");
        var calls = await ledger.CallsAsync("klarna.cancel", cancellationToken);
        await ledger.OrderFaultAsync(
            new { operation = "klarna.cancel", kind = "latency", latencyMs = HeldMilliseconds, match = request.Id }, cancellationToken);
        var cancelling = merchant.SendAsync(HttpMethod.Patch, $"{KlarnaStory.Collection}/{id}", KlarnaStory.Cancel, cancellationToken);
        await ledger.WaitForCallsAsync("klarna.cancel", calls + 1, cancellationToken);
        await ledger.MoveAsync($"klarna/{request.Id}/complete", cancellationToken);

        transcript.CheckAnswer(await cancelling, 409, KlarnaStory.Problem(
            id, 409, "Conflict", "8", "Payment request cannot be cancelled", "Status", "Payment request is already cancelled or completed"));
        var read = await merchant.SendAsync(HttpMethod.Get, $"{KlarnaStory.Collection}/{id}", body: null, cancellationToken);
        transcript.Check("GET says completed, and names the payment", KlarnaStory.StatusOf(read) == "completed" && read.Body.Contains($"\"PaymentId\":{id},", StringComparison.Ordinal), read.Body);

        await RefundAsync(story, merchant, id, cancellationToken);
        request = await ledger.FindKlarnaAsync(id, cancellationToken);
        transcript.Say($"Klarna's ledger of {request.Id}, state {request.State}:");
        story.Show(request.Operations);
        transcript.Check(
            "never cancelled, state COMPLETED", request.State == "COMPLETED" && request.Operations.All(static operation => operation.Name != "klarna.cancel"));
        var refunds = request.Operations.Where(static operation => operation.Name == "klarna.refund").Select(static operation => operation.AmountMinor).ToList();
        transcript.Check("refunded in the ledger: 1050 and 2950", refunds.SequenceEqual([1050L, 2950L]), string.Join(", ", refunds));
    }

    /// <summary>Two refunds that make up the whole, and one between them that would exceed it.</summary>
    public static async Task RefundAsync(Story story, MerchantClient merchant, long paymentId, CancellationToken cancellationToken)
    {
        await SucceedsAsync(story, merchant, paymentId, 10.5m, cancellationToken);
        var tooMuch = await SendAsync(merchant, paymentId, 29.51m, cancellationToken);
        story.Transcript.CheckAnswer(
            tooMuch, 409,
            $$"""{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.8","Title":"Conflict","Status":409,"Instance":"{{Path(paymentId)}}","TraceId":null,"Detail":"Refund amount is more than what is left of the payment","Errors":null}""");
        await SucceedsAsync(story, merchant, paymentId, 29.5m, cancellationToken);
    }

    private static async Task SucceedsAsync(Story story, MerchantClient merchant, long paymentId, decimal amount, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(merchant, paymentId, amount, cancellationToken);
        using var document = JsonDocument.Parse(answer.Body);
        var root = document.RootElement;
        story.Transcript.Check(
            "200 Succeeded, with Klarna's id of the refund",
            answer.Status == 200 && root.GetProperty("Status").GetString() == "Succeeded" && root.GetProperty("PaymentId").GetInt64() == paymentId
                && root.GetProperty("ReferenceCode").GetString() is { Length: 32 } && root.GetProperty("ProviderRefundId").GetString() is { Length: > 0 },
            answer.Body);
    }

    private static Task<Answer> SendAsync(MerchantClient merchant, long paymentId, decimal amount, CancellationToken cancellationToken) => merchant.SendAsync(
        HttpMethod.Post, Path(paymentId),
        $$"""{"Amount":{{amount.ToString(CultureInfo.InvariantCulture)}},"Reason":"Customer requested refund"}""", cancellationToken);

    private static string Path(long paymentId) => $"/api/payhub/v1/payment/{paymentId}/refund";
}
