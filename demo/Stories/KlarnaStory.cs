using System.Text.Json;

namespace Payments.Demo.Stories;

/// <summary>A Klarna payment request is cancelled in one call, by the Payhub contract.</summary>
internal static class KlarnaStory
{
    public const string Collection = "/api/payhub/v1/payment/request";
    public const string Cancel = """{"Status":"canceled"}""";
    public const string FirstMerchantKey = "payhub-demo-key-1";
    private const string SecondMerchantKey = "payhub-demo-key-2";

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        var transcript = story.Transcript;
        transcript.Story("Klarna: a payment request is cancelled (Payhub)");
        using var merchant = story.World.Payhub(FirstMerchantKey, transcript);
        using var stranger = story.World.Payhub(SecondMerchantKey, transcript);
        var webhooksBefore = (await story.World.Ledger.WebhooksAsync("", cancellationToken)).Count;

        var id = await CreateAsync(
            merchant, transcript, """{"Provider":"klarna","PaymentType":"DynamicQR","Amount":100.00,"Currency":"EUR","Country":"GR","Description":"till 3"}""",
            withLink: true, cancellationToken);

        transcript.Say("Another merchant tries first:");
        var foreign = await stranger.SendAsync(HttpMethod.Patch, $"{Collection}/{id}", Cancel, cancellationToken);
        transcript.CheckAnswer(foreign, 403, Problem(id, 403, "Forbidden", "3", "You are not authorized to cancel this payment request",
            "Authorization", "Payment request belongs to a different merchant"));

        transcript.CheckAnswer(await merchant.SendAsync(HttpMethod.Patch, $"{Collection}/{id}", Cancel, cancellationToken), 200, "{}");
        var again = await merchant.SendAsync(HttpMethod.Patch, $"{Collection}/{id}", Cancel, cancellationToken);
        transcript.CheckAnswer(again, 409, Problem(id, 409, "Conflict", "8", "Payment request cannot be cancelled",
            "Status", "Payment request is already cancelled or completed"));
        var read = await merchant.SendAsync(HttpMethod.Get, $"{Collection}/{id}", body: null, cancellationToken);
        transcript.Check("GET says canceled", read.Status == 200 && StatusOf(read) == "canceled", read.Body);

        await CheckLedgerAsync(story, id, cancellationToken);
        await OthersAsync(story, merchant, cancellationToken);

        var webhooks = (await story.World.Ledger.WebhooksAsync("", cancellationToken)).Count - webhooksBefore;
        transcript.Check("no webhook: this contract's answer is final", webhooks == 0, $"{webhooks}");
    }

    private static async Task CheckLedgerAsync(Story story, long id, CancellationToken cancellationToken)
    {
        var request = await story.World.Ledger.FindKlarnaAsync(id, cancellationToken);
        story.Transcript.Say($"Klarna's ledger of {request.Id}, state {request.State}:");
        story.Show(request.Operations);
        var cancels = request.Operations.Count(static operation => operation.Name == "klarna.cancel");
        story.Transcript.Check("exactly one cancel in the ledger, state CANCELED", cancels == 1 && request.State == "CANCELED", $"{cancels}, {request.State}");
    }

    /// <summary>What is no Klarna request, or no request at all, never reaches Klarna.</summary>
    private static async Task OthersAsync(Story story, MerchantClient merchant, CancellationToken cancellationToken)
    {
        var before = await story.World.Ledger.CountKlarnaAsync(cancellationToken);
        var calls = await story.World.Ledger.CallsAsync("klarna.cancel", cancellationToken);
        var other = await CreateAsync(merchant, story.Transcript, """{"Provider":"viva","PaymentType":"Fixed","Amount":12.30}""", withLink: false, cancellationToken);
        story.Transcript.CheckAnswer(
            await merchant.SendAsync(HttpMethod.Patch, $"{Collection}/{other}", Cancel, cancellationToken), 400,
            Problem(other, 400, "Bad Request", "1", "Payment request is not a Klarna payment", "Provider", "Cancellation is only supported for Klarna payments"));

        const long unknown = 999_999_999;
        story.Transcript.CheckAnswer(
            await merchant.SendAsync(HttpMethod.Patch, $"{Collection}/{unknown}", Cancel, cancellationToken), 404,
            Problem(unknown, 404, "Not Found", "4", "Payment request not found", "PaymentRequest", "No payment request found with the given ID"));
        story.Transcript.Check(
            "Klarna heard of neither",
            await story.World.Ledger.CountKlarnaAsync(cancellationToken) == before && await story.World.Ledger.CallsAsync("klarna.cancel", cancellationToken) == calls);
    }

    public static async Task<long> CreateAsync(
        MerchantClient merchant, Transcript transcript, string body, bool withLink, CancellationToken cancellationToken)
    {
        var answer = await merchant.SendAsync(HttpMethod.Post, Collection, body, cancellationToken);
        using var document = JsonDocument.Parse(answer.Body);
        var root = document.RootElement;
        if (!root.TryGetProperty("PaymentRequestId", out var idProperty))
            throw new DemoException($"The answer to a create names no payment request: {answer.Status} {answer.Body}");
        var id = idProperty.GetInt64();
        var paycode = root.GetProperty("Paycode").GetString();
        var link = root.GetProperty("Paylink").GetString();
        transcript.CheckAnswer(
            answer, 200,
            $$"""{"PaymentRequestId":{{id}},"Paycode":"{{paycode}}","Paylink":{{(link is null ? "null" : $"\"{link}\"")}},"Status":"submitted"}""");
        transcript.Check("the paycode is a creditor reference, RF…", paycode is ['R', 'F', ..], paycode);
        transcript.Check(withLink ? "with a link for the customer" : "without a link", link is not null == withLink, link);
        return id;
    }

    public static string StatusOf(Answer read)
    {
        using var document = JsonDocument.Parse(read.Body);
        return document.RootElement.TryGetProperty("Status", out var status) ? status.ToString() : "";
    }

    public static string Problem(long id, int status, string title, string section, string detail, string name, string reason) =>
        $$"""{"Type":"https://www.rfc-editor.org/rfc/rfc7231#section-6.5.{{section}}","Title":"{{title}}","Status":{{status}},"Instance":"{{Collection}}/{{id}}","TraceId":null,"Detail":"{{detail}}","Errors":[{"Name":"{{name}}","Reason":"{{reason}}","Code":null,"Severity":null}]}""";
}
