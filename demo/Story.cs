namespace Payments.Demo;

/// <summary>What every story of the v2 contract does: create, cancel, poll, read webhook and ledger.</summary>
internal sealed class Story(World world, Transcript transcript, MerchantClient merchant)
{
    /// <summary>The seed's own cancel.</summary>
    public static readonly string ChangedMind = CancelBody("REQUESTED_BY_CUSTOMER", "Customer changed their mind before shipment");

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PollPatience = TimeSpan.FromSeconds(20);

    public World World => world;

    public Transcript Transcript => transcript;

    public MerchantClient Merchant => merchant;

    /// <summary>Creates a payment and checks the 202.</summary>
    /// <param name="transactionId">The merchant's own id.</param>
    /// <param name="amountCents">Amount in cents.</param>
    /// <param name="methodId">One of the demo merchant's payment methods.</param>
    /// <param name="authorizeOnly">Hold the amount instead of taking it.</param>
    /// <param name="consent">JSON of the customer's consent to a bank debit, or null.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public async Task<Payment> CreateAsync(
        string transactionId, long amountCents, string methodId, bool authorizeOnly, string? consent, CancellationToken cancellationToken)
    {
        var body = CreateBody(transactionId, amountCents, methodId, authorizeOnly, consent);
        var answer = await merchant.SendAsync(HttpMethod.Post, "/v2/payments", body, cancellationToken);
        var payment = Payment.Of(answer, world.Api, transactionId, amountCents);
        transcript.CheckAnswer(answer, 202, payment.Accepted("INITIATED"));
        return payment;
    }

    /// <summary>Creates a card payment and waits for its first resting state, in one line of the transcript.</summary>
    public async Task<Payment> PrepareAsync(
        string transactionId, long amountCents, string methodId, bool authorizeOnly, string status, CancellationToken cancellationToken)
    {
        var body = CreateBody(transactionId, amountCents, methodId, authorizeOnly, consent: null);
        var answer = await merchant.SendQuietlyAsync(HttpMethod.Post, "/v2/payments", body, cancellationToken);
        var payment = Payment.Of(answer, world.Api, transactionId, amountCents);
        var (last, _) = await PollQuietlyAsync(merchant, payment.Path, status, body => body == payment.Found(status), cancellationToken);
        transcript.Check(
            $"payment {payment.Id} ({transactionId}, {amountCents} cents) is created and {status}",
            answer.Status == 202 && answer.Body == payment.Accepted("INITIATED") && last.Status == 200,
            answer.Body);
        return payment;
    }

    /// <summary>Sends the seed's PATCH.</summary>
    public Task<Answer> CancelAsync(Payment payment, string body, CancellationToken cancellationToken) =>
        merchant.SendAsync(HttpMethod.Patch, $"{payment.Path}/cancel", body, cancellationToken);

    /// <summary>The body of the seed's PATCH.</summary>
    public static string CancelBody(string reason, string message) =>
        $$"""{"paymentCancellationReason":"{{reason}}","paymentCancellationMessage":"{{message}}"}""";

    /// <summary>Asks for the payment until it has a status, shows the last answer and checks it.</summary>
    /// <exception cref="DemoException">It never had, within 20 s.</exception>
    public Task PollAsync(Payment payment, string status, CancellationToken cancellationToken) =>
        PollAsync(merchant, payment.Path, status, payment.Found(status), cancellationToken);

    /// <summary>Asks until the answer is the expected one, shows the last one and checks it.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="path">For what.</param>
    /// <param name="status">What is waited for, for people.</param>
    /// <param name="expected">The body that says so.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <exception cref="DemoException">It never was, within 20 s.</exception>
    public async Task PollAsync(MerchantClient client, string path, string status, string expected, CancellationToken cancellationToken)
    {
        var (last, reads) = await PollQuietlyAsync(client, path, status, body => body == expected, cancellationToken);
        transcript.Sent($"GET {path}   {(reads == 1 ? "(once)" : $"(until {status}: {reads} times)")}", body: null);
        transcript.Received(last);
        transcript.CheckAnswer(last, 200, expected);
    }

    /// <summary>Asks until the answer is as wanted, and shows the last one.</summary>
    public async Task<Answer> PollAsync(MerchantClient client, string path, string status, Func<string, bool> isThere, CancellationToken cancellationToken)
    {
        var (last, reads) = await PollQuietlyAsync(client, path, status, isThere, cancellationToken);
        transcript.Sent($"GET {path}   {(reads == 1 ? "(once)" : $"(until {status}: {reads} times)")}", body: null);
        transcript.Received(last);
        return last;
    }

    private static async Task<(Answer Last, int Reads)> PollQuietlyAsync(
        MerchantClient client, string path, string status, Func<string, bool> isThere, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(PollPatience);
        using var ticks = new PeriodicTimer(PollInterval);
        var reads = 0;
        Answer? last = null;
        try
        {
            do
            {
                reads++;
                last = await client.SendQuietlyAsync(HttpMethod.Get, path, body: null, patience.Token);
            }
            while (!isThere(last.Body) && await ticks.WaitForNextTickAsync(patience.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DemoException($"{path} is not {status} after {PollPatience.TotalSeconds} s but: {last?.Status} {last?.Body}");
        }

        return (last, reads);
    }

    /// <summary>Shows the one webhook of a cancelled payment and checks it as a careful merchant would.</summary>
    public async Task CheckWebhookAsync(Payment payment, CancellationToken cancellationToken)
    {
        var received = await world.Ledger.WaitForWebhooksAsync(payment.Id, cancellationToken);
        transcript.Say("The merchant's webhook endpoint received:");
        foreach (var webhook in received)
        {
            transcript.Say($"  webhook-id: {webhook.Id}   webhook-timestamp: {webhook.Timestamp}");
            transcript.Say($"  webhook-signature: {webhook.Signature}");
            transcript.Body(webhook.Body);
        }

        transcript.Check("exactly one PAYMENT_CANCELLED, answered 200", received is [{ Answered: 200 }], $"{received.Count}");
        if (received.Count == 0)
            return;
        transcript.CheckSame("its body is the contract's, byte for byte", payment.Webhook(World.Source), received[0].Body);
        Signatures.Check(transcript, received[0]);
    }

    /// <summary>Shows what happened to the payment's intent and checks that it was cancelled once, or never.</summary>
    public async Task CheckLedgerAsync(Payment payment, int cancels, string intentStatus, CancellationToken cancellationToken)
    {
        var intent = await world.Ledger.FindIntentAsync(payment.Id, cancellationToken)
            ?? throw new DemoException($"Stripe has no PaymentIntent of {payment.Id}.");
        transcript.Say($"Stripe's ledger of {intent.Id}, status {intent.Status}{(intent.CancellationReason.Length > 0 ? $", {intent.CancellationReason}" : "")}:");
        Show(intent.Operations);
        var found = intent.Operations.Count(static operation => operation.Name == "payment_intent.cancel");
        transcript.Check($"{Times(cancels)} in the ledger, no refund", found == cancels && intent.Refunds == 0, $"{found} cancels, {intent.Refunds} refunds");
        transcript.Check($"the PaymentIntent is {intentStatus}", intent.Status == intentStatus, intent.Status);
    }

    /// <summary>Shows what happened to the payment's intent and checks how often the named operations did.</summary>
    public async Task CheckLedgerAsync(
        Payment payment, string intentStatus, IReadOnlyDictionary<string, IReadOnlyList<long>> amounts, CancellationToken cancellationToken)
    {
        var intent = await world.Ledger.FindIntentAsync(payment.Id, cancellationToken)
            ?? throw new DemoException($"Stripe has no PaymentIntent of {payment.Id}.");
        transcript.Say($"Stripe's ledger of {intent.Id}, status {intent.Status}:");
        Show(intent.Operations);
        foreach (var (name, expected) in amounts)
        {
            var found = intent.Operations.Where(operation => operation.Name == name).Select(static operation => operation.AmountMinor).ToList();
            var wanted = expected.Count == 0 ? "none" : string.Join(" and ", expected);
            transcript.Check($"{name}: {wanted}", found.SequenceEqual(expected), string.Join(", ", found));
        }

        transcript.Check($"the PaymentIntent is {intentStatus}", intent.Status == intentStatus, intent.Status);
    }

    /// <summary>Shows ledger entries, one a line.</summary>
    public void Show(IReadOnlyList<Operation> operations)
    {
        foreach (var operation in operations)
            transcript.Say($"  #{operation.Sequence,-4} {operation.Name,-32} {operation.AmountMinor,8} {operation.Currency}  {operation.IdempotencyKey}");
    }

    private static string CreateBody(string transactionId, long amountCents, string methodId, bool authorizeOnly, string? consent)
    {
        var further = consent is null ? "" : $",\"consent\":{consent}";
        return $$"""
            {"merchantTransactionId":"{{transactionId}}","amount":{{amountCents}},"currencyCode":"USD","authorizeCard":{{(authorizeOnly ? "true" : "false")}},
             "paymentAllocations":[{"amount":{{amountCents}},"paymentMethodId":"{{methodId}}"}]{{further}}}
            """;
    }

    private static string Times(int cancels) => cancels switch
    {
        0 => "no cancel",
        1 => "exactly one cancel",
        _ => $"exactly {cancels} cancels",
    };
}
