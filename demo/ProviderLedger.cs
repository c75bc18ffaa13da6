using System.Net.Http.Json;
using System.Text.Json;

namespace Payments.Demo;

/// <summary>The sandbox's ledger and its faults on order, over HTTP.</summary>
/// <param name="http">Has the sandbox's base address.</param>
internal sealed class ProviderLedger(HttpClient http) : IDisposable
{
    /// <summary>How long a wait for something to arrive lasts at most.</summary>
    private const int PatienceSeconds = 20;
    private const string Cancelled = "PAYMENT_CANCELLED";

    /// <summary>The PaymentIntent of a payment with its refunds and everything that really happened to it; null when there is none.</summary>
    /// <exception cref="DemoException">There are several: the payment was sent to Stripe more than once.</exception>
    public async Task<IntentHistory?> FindIntentAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        var found = (await GetAsync($"/ledger/by-metadata?key=payment_id&value={paymentId}", cancellationToken)).GetProperty("paymentIntents");
        return found.GetArrayLength() switch
        {
            0 => null,
            1 => Intent(found[0]),
            var several => throw new DemoException($"{several} PaymentIntents for payment {paymentId}"),
        };
    }

    /// <summary>Klarna's payment request that carries our id as its reference.</summary>
    public async Task<KlarnaHistory> FindKlarnaAsync(long paymentRequestId, CancellationToken cancellationToken)
    {
        var creates = await GetAsync("/ledger/operations?operation=klarna.create", cancellationToken);
        foreach (var create in creates.GetProperty("operations").EnumerateArray())
        {
            var history = await GetAsync($"/ledger/klarna/{create.GetProperty("object").GetString()}", cancellationToken);
            var request = history.GetProperty("paymentRequest");
            if (request.GetProperty("reference").GetString() == $"{paymentRequestId}")
                return new KlarnaHistory(Text(request, "id"), Text(request, "state"), Operations(history));
        }

        throw new DemoException($"Klarna has no payment request with the reference {paymentRequestId}.");
    }

    /// <summary>What customer, bank or clock do, on order.</summary>
    /// <param name="what">For instance <c>klarna/krn:…/complete</c>.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public async Task MoveAsync(string what, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync($"/control/{what}", content: null, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new DemoException($"The sandbox refuses {what}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    /// <summary>Waits until so many calls of an operation have arrived.</summary>
    /// <exception cref="DemoException">They did not within 20 s.</exception>
    public async Task WaitForCallsAsync(string operation, long calls, CancellationToken cancellationToken)
    {
        var path = $"/ledger/calls/wait?operation={operation}&calls={calls}&timeoutSeconds={PatienceSeconds}";
        if (!(await GetAsync(path, cancellationToken)).GetProperty("complete").GetBoolean())
            throw new DemoException($"{operation} was not called {calls} times within {PatienceSeconds} s.");
    }

    /// <summary>How many Klarna payment requests exist.</summary>
    public async Task<int> CountKlarnaAsync(CancellationToken cancellationToken) =>
        (await GetAsync("/ledger/operations?operation=klarna.create", cancellationToken)).GetProperty("count").GetInt32();

    /// <summary>Waits until an operation really happened to an object.</summary>
    /// <exception cref="DemoException">It did not within 20 s.</exception>
    public async Task WaitForOperationAsync(string objectId, string operation, CancellationToken cancellationToken)
    {
        var path = $"/ledger/operations/wait?object={objectId}&operation={operation}&timeoutSeconds={PatienceSeconds}";
        if (!(await GetAsync(path, cancellationToken)).GetProperty("complete").GetBoolean())
            throw new DemoException($"{operation} of {objectId} did not happen within {PatienceSeconds} s.");
    }

    /// <summary>Waits until the merchant has accepted the announcement that a payment is cancelled, or 20 s.</summary>
    /// <returns>All such that arrived until now, accepted or not, oldest first.</returns>
    public async Task<IReadOnlyList<Webhook>> WaitForWebhooksAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await GetAsync($"/ledger/webhooks/wait?payment={paymentId}&name={Cancelled}&count=1&timeoutSeconds={PatienceSeconds}", cancellationToken);
        return await CancellationsAsync(paymentId, cancellationToken);
    }

    /// <summary>The announcements that a payment is cancelled that arrived until now, oldest first.</summary>
    public Task<IReadOnlyList<Webhook>> CancellationsAsync(Guid paymentId, CancellationToken cancellationToken) =>
        WebhooksAsync($"?payment={paymentId}&name={Cancelled}", cancellationToken);

    /// <summary>What arrived until now, oldest first.</summary>
    /// <param name="query">For instance <c>?payment=…</c>; empty for everything.</param>
    public async Task<IReadOnlyList<Webhook>> WebhooksAsync(string query, CancellationToken cancellationToken)
    {
        var page = await GetAsync($"/ledger/webhooks{query}", cancellationToken);
        return
        [
            .. page.GetProperty("webhooks").EnumerateArray().Select(static found => new Webhook(
                Text(found, "webhookId"), Text(found, "webhookTimestamp"), Text(found, "webhookSignature"), found.GetProperty("answered").GetInt32(), Text(found, "body"))),
        ];
    }

    /// <summary>How many calls of an operation arrived, effective or not.</summary>
    public async Task<long> CallsAsync(string operation, CancellationToken cancellationToken)
    {
        var calls = (await GetAsync("/ledger/calls/summary", cancellationToken)).GetProperty("calls");
        return calls.TryGetProperty(operation, out var count) ? count.GetProperty("calls").GetInt64() : 0;
    }

    /// <summary>Orders a fault.</summary>
    /// <param name="order">Body of <c>POST /control/faults</c>.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public async Task OrderFaultAsync(object order, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync("/control/faults", order, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new DemoException($"The sandbox refuses a fault: {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<JsonElement>(path, cancellationToken);

    private static IntentHistory Intent(JsonElement found)
    {
        var intent = found.GetProperty("paymentIntent");
        return new IntentHistory(
            Text(intent, "id"), Text(intent, "status"), Text(intent, "cancellationReason"), found.GetProperty("refunds").GetArrayLength(), Operations(found));
    }

    private static IReadOnlyList<Operation> Operations(JsonElement history) =>
    [
        .. history.GetProperty("operations").EnumerateArray().Select(static found => new Operation(
            found.GetProperty("sequence").GetInt64(), Text(found, "operation"), found.GetProperty("amount").GetInt64(), Text(found, "currency"), Text(found, "idempotencyKey"))),
    ];

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.ToString() : "";
}

/// <summary>A webhook as the merchant's endpoint received it.</summary>
/// <param name="Id">Header <c>webhook-id</c>.</param>
/// <param name="Timestamp">Header <c>webhook-timestamp</c>.</param>
/// <param name="Signature">Header <c>webhook-signature</c>.</param>
/// <param name="Answered">HTTP status that the endpoint answered.</param>
/// <param name="Body">The raw body.</param>
internal sealed record Webhook(string Id, string Timestamp, string Signature, int Answered, string Body);

/// <summary>Something that really happened at a provider.</summary>
internal sealed record Operation(long Sequence, string Name, long AmountMinor, string Currency, string IdempotencyKey);

/// <summary>A PaymentIntent as it is now, and how it came to be.</summary>
internal sealed record IntentHistory(string Id, string Status, string CancellationReason, int Refunds, IReadOnlyList<Operation> Operations);

/// <summary>A Klarna payment request as it is now, and how it came to be.</summary>
internal sealed record KlarnaHistory(string Id, string State, IReadOnlyList<Operation> Operations);
