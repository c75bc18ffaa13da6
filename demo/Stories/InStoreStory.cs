namespace Payments.Demo.Stories;

/// <summary>At the till: a session with the customer's short code is cancelled, another one is paid, seen by itself, and refunded.</summary>
internal static class InStoreStory
{
    private const string Create =
        """{"Provider":"klarna","PaymentType":"StaticQR","ShortCode":"2005","Amount":40.00,"Currency":"EUR","Country":"GR","Description":"till 3"}""";

    public static async Task TellAsync(Story story, CancellationToken cancellationToken)
    {
        var transcript = story.Transcript;
        transcript.Story("Klarna in store: a session is cancelled, another one is paid and refunded (Payhub)");
        using var merchant = story.World.Payhub(KlarnaStory.FirstMerchantKey, transcript);
        var cancelled = await KlarnaStory.CreateAsync(merchant, transcript, Create, withLink: true, cancellationToken);
        transcript.CheckAnswer(
            await merchant.SendAsync(HttpMethod.Patch, $"{KlarnaStory.Collection}/{cancelled}", KlarnaStory.Cancel, cancellationToken), 200, "{}");
        await CheckAsync(story, cancelled, "CANCELED", ["klarna.create", "klarna.cancel"], cancellationToken);

        var paid = await KlarnaStory.CreateAsync(merchant, transcript, Create, withLink: true, cancellationToken);
        var session = await story.World.Ledger.FindKlarnaAsync(paid, cancellationToken);
        transcript.Say("On order: the customer pays. Nobody tells us; the session is read until it is seen.");
        await story.World.Ledger.MoveAsync($"klarna/{session.Id}/complete", cancellationToken);
        var read = await story.PollAsync(
            merchant, $"{KlarnaStory.Collection}/{paid}", "completed", static body => body.Contains("\"Status\":\"completed\"", StringComparison.Ordinal), cancellationToken);
        transcript.Check("GET says completed", read.Status == 200 && KlarnaStory.StatusOf(read) == "completed", read.Body);
        await KlarnaPaidStory.RefundAsync(story, merchant, paid, cancellationToken);
        await CheckAsync(story, paid, "COMPLETED", ["klarna.create", "klarna.complete", "klarna.refund", "klarna.refund"], cancellationToken);
    }

    private static async Task CheckAsync(Story story, long id, string state, IReadOnlyList<string> operations, CancellationToken cancellationToken)
    {
        var session = await story.World.Ledger.FindKlarnaAsync(id, cancellationToken);
        story.Transcript.Say($"Klarna's ledger of session {session.Id}, state {session.State}:");
        story.Show(session.Operations);
        var found = session.Operations.Select(static operation => operation.Name).ToList();
        story.Transcript.Check($"{string.Join(", ", operations)}; state {state}", found.SequenceEqual(operations) && session.State == state, string.Join(", ", found));
    }
}
