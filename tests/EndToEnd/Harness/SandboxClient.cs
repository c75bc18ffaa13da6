using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Payments.EndToEnd.Harness;

/// <summary>The sandbox's control API and ledger. Every wait is the sandbox's own long poll; one that is in vain fails the test.</summary>
public sealed class SandboxClient(HttpClient http)
{
    private const int PatienceSeconds = 45;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Orders a fault.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> OrderAsync(Fault fault) =>
        (await SendAsync(HttpMethod.Post, "control/faults", JsonContent.Create(fault, options: Json))).GetProperty("id").GetString()!;

    /// <summary>Clears one fault, or all.</summary>
    public Task ClearFaultsAsync(string? id = null) => SendAsync(HttpMethod.Delete, $"control/faults/{id}");

    /// <summary>Tells the sandbox a merchant's secret, so that it verifies signatures.</summary>
    public Task ConfigureAsync(Merchant merchant) =>
        SendAsync(HttpMethod.Put, $"control/merchants/{merchant.Id}", JsonContent.Create(new { secret = merchant.WebhookSecret }));

    /// <summary>What customer, bank or clock do to an intent: <c>settle</c>, <c>fail</c>, <c>close_cancel_window</c> and so on.</summary>
    public Task MoveIntentAsync(string intent, string action) => SendAsync(HttpMethod.Post, $"control/payment_intents/{intent}/{action}");

    /// <summary>What becomes of a refund: <c>succeed</c>, <c>fail</c>, <c>require_action</c>.</summary>
    public Task MoveRefundAsync(string refund, string action) => SendAsync(HttpMethod.Post, $"control/refunds/{refund}/{action}");

    /// <summary>What the customer does to a Klarna request: <c>complete</c>, <c>in_progress</c>, <c>decline</c>.</summary>
    public Task MoveKlarnaAsync(PaymentRequest request, string action) => SendAsync(HttpMethod.Post, $"control/klarna/{request.KlarnaId}/{action}");

    /// <summary>Captures an authorized intent behind the service's back, as another system with the same key could.</summary>
    public Task CaptureAsync(string intent) => StripeAsync($"v1/payment_intents/{intent}/capture", []);

    /// <summary>Refunds a cent of an intent behind the service's back, as somebody could in the dashboard: the refund does not carry our id.</summary>
    public Task RefundByHandAsync(string intent) => StripeAsync("v1/refunds", new() { ["payment_intent"] = intent, ["amount"] = "1" });

    /// <summary>Waits for accepted webhooks about a payment.</summary>
    public async Task<IReadOnlyList<Delivery>> WaitForWebhooksAsync(Payment payment, int count = 1)
    {
        var page = await WaitAsync($"ledger/webhooks/wait?payment={payment.Id}&count={count}", $"{count} webhooks of payment {payment.Id}");
        return page.GetProperty("webhooks").Deserialize<List<Delivery>>(Json)!;
    }

    /// <summary>All webhooks about a payment so far, refused ones included.</summary>
    public Task<IReadOnlyList<Delivery>> WebhooksAsync(Payment payment) => WebhooksAsync(payment.Id);

    /// <summary>All webhooks about a payment or a refund so far, refused ones included.</summary>
    public async Task<IReadOnlyList<Delivery>> WebhooksAsync(Guid subject) =>
        (await SendAsync(HttpMethod.Get, $"ledger/webhooks?payment={subject}")).GetProperty("webhooks").Deserialize<List<Delivery>>(Json)!;

    /// <summary>Waits for an accepted webhook that announces how a refund ended.</summary>
    public Task WaitForRefundWebhookAsync(Guid refund) => WaitAsync(
        $"ledger/webhooks/wait?payment={refund}&name=REFUND_SUCCESS", $"a webhook of refund {refund}");

    /// <summary>Waits until so many refunds of a payment were made.</summary>
    public async Task<IReadOnlyList<Refund>> WaitForRefundsAsync(Payment payment, int count)
    {
        var intent = await IntentIdAsync(payment);
        await WaitAsync($"ledger/operations/wait?operation=refund.create&object={intent}&count={count}", $"{count} refunds of {intent}");
        return (await HistoryAsync(payment))!.Refunds;
    }

    /// <summary>Waits until an operation took effect on an object.</summary>
    public Task WaitForOperationAsync(string operation, string objectId) =>
        WaitAsync($"ledger/operations/wait?operation={operation}&object={objectId}", $"{operation} of {objectId}");

    /// <summary>How often an operation was called so far.</summary>
    public async Task<Calls> CallsAsync(string operation) =>
        Read((await SendAsync(HttpMethod.Get, $"ledger/calls/wait?operation={operation}&timeoutSeconds=0")).GetProperty("count"));

    /// <summary>How often an operation took effect so far, on any object.</summary>
    public async Task<long> CountAsync(string operation) =>
        (await SendAsync(HttpMethod.Get, "ledger/summary")).GetProperty("operations").TryGetProperty(operation, out var count) ? count.GetInt64() : 0;

    /// <summary>Waits until an operation was called, hit by faults and answered from its key so often. A call counts when it arrives.</summary>
    public Task WaitForCallsAsync(string operation, long calls = 0, long faults = 0, long replayed = 0) =>
        WaitAsync($"ledger/calls/wait?operation={operation}&calls={calls}&faults={faults}&replayed={replayed}", $"calls of {operation}");

    /// <summary>What the provider knows of a payment; null when it never heard of it.</summary>
    /// <exception cref="InvalidOperationException">It knows of several intents: the payment was created twice.</exception>
    public Task<History?> HistoryAsync(Payment payment) => HistoryAsync("payment_id", payment.Id);

    private async Task<History?> HistoryAsync(string key, Guid value)
    {
        var found = (await SendAsync(HttpMethod.Get, $"ledger/by-metadata?key={key}&value={value}")).GetProperty("paymentIntents");
        return found.EnumerateArray().Select(static entry => new History(
            entry.GetProperty("paymentIntent").Deserialize<Intent>(Json)!,
            entry.GetProperty("refunds").Deserialize<List<Refund>>(Json)!,
            [.. Names(entry)])).SingleOrDefault();
    }

    /// <summary>What the provider knows of one card of a split tender; null when it never heard of it.</summary>
    public async Task<History?> HistoryAsync(Payment payment, int allocation) =>
        await HistoryAsync("allocation_id", PaymentIds.ForAllocation(payment.Id, allocation));

    /// <summary>The provider's intent of a payment.</summary>
    public async Task<string> IntentIdAsync(Payment payment) => (await HistoryAsync(payment))!.PaymentIntent.Id;

    /// <summary>State of a Klarna request, and how often a cancel took effect on it.</summary>
    public async Task<(string State, int Cancels)> KlarnaAsync(PaymentRequest request)
    {
        var found = await SendAsync(HttpMethod.Get, $"ledger/klarna/{request.KlarnaId}");
        return (found.GetProperty("paymentRequest").GetProperty("state").GetString()!, Names(found).Count(static name => name == "klarna.cancel"));
    }

    /// <summary>The order that a paid Klarna request has become.</summary>
    public async Task<string> KlarnaOrderAsync(PaymentRequest request) =>
        (await SendAsync(HttpMethod.Get, $"ledger/klarna/{request.KlarnaId}")).GetProperty("paymentRequest").GetProperty("orderId").GetString()!;

    /// <summary>What was given back of a Klarna request, refund by refund, in minor units.</summary>
    public async Task<IReadOnlyList<long>> KlarnaRefundsAsync(PaymentRequest request)
    {
        var found = await SendAsync(HttpMethod.Get, $"ledger/operations?operation=klarna.refund&object={request.KlarnaId}");
        return [.. found.GetProperty("operations").EnumerateArray().Select(static made => made.GetProperty("amount").GetInt64())];
    }

    /// <summary>Both providers push their events to a silo from now on.</summary>
    public async Task SubscribeAsync(Uri silo)
    {
        await UnsubscribeAsync();
        await SendAsync(HttpMethod.Put, "control/stripe/webhook_endpoints", JsonContent.Create(
            new { url = new Uri(silo, ProviderPush.StripePath), secrets = new[] { ProviderPush.RetiredSecret, ProviderPush.StripeSecret }, retrySeconds = 0.2 }));
        await SendAsync(HttpMethod.Put, "control/klarna/webhook_endpoints", JsonContent.Create(
            new { url = new Uri(silo, ProviderPush.KlarnaPath), keyId = ProviderPush.KlarnaKeyId, secret = ProviderPush.KlarnaSecret, retrySeconds = 0.2 }));
    }

    /// <summary>They push no more, and give up what is on its way.</summary>
    public async Task UnsubscribeAsync()
    {
        await SendAsync(HttpMethod.Delete, "control/stripe/webhook_endpoints");
        await SendAsync(HttpMethod.Delete, "control/klarna/webhook_endpoints");
    }

    /// <summary>Waits until events of one type about an object were answered with 2xx.</summary>
    public async Task<IReadOnlyList<EventDelivery>> WaitForEventsAsync(string objectId, string type, int count = 1)
    {
        var page = await WaitAsync($"ledger/events/wait?object={objectId}&type={type}&count={count}", $"{count} {type} of {objectId}");
        return page.GetProperty("events").Deserialize<List<EventDelivery>>(Json)!;
    }

    /// <summary>Every attempt to deliver an event about an object so far.</summary>
    public async Task<IReadOnlyList<EventDelivery>> EventsAsync(string objectId) =>
        (await SendAsync(HttpMethod.Get, $"ledger/events?object={objectId}")).GetProperty("events").Deserialize<List<EventDelivery>>(Json)!;

    /// <summary>The Klarna request that was created last, and the reference that it carries.</summary>
    public async Task<PaymentRequest> LastKlarnaAsync()
    {
        var created = (await SendAsync(HttpMethod.Get, "ledger/operations?operation=klarna.create&limit=100000")).GetProperty("operations");
        var id = created[created.GetArrayLength() - 1].GetProperty("object").GetString()!;
        var record = (await SendAsync(HttpMethod.Get, $"ledger/klarna/{id}")).GetProperty("paymentRequest");
        return new PaymentRequest(long.Parse(record.GetProperty("reference").GetString()!, System.Globalization.CultureInfo.InvariantCulture), id);
    }

    private Task<JsonElement> StripeAsync(string path, Dictionary<string, string> form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("Authorization", "Bearer sk_test_sandbox");
        return SendAsync(request);
    }

    private async Task<JsonElement> WaitAsync(string path, string what)
    {
        var answer = await SendAsync(HttpMethod.Get, $"{path}&timeoutSeconds={PatienceSeconds}");
        Assert.True(answer.GetProperty("complete").GetBoolean(), $"Waited {PatienceSeconds} s in vain for {what}: {answer}");
        return answer;
    }

    private static IEnumerable<string> Names(JsonElement history) =>
        history.GetProperty("operations").EnumerateArray().Select(static operation => operation.GetProperty("operation").GetString()!);

    private static Calls Read(JsonElement count) => new(
        count.GetProperty("calls").GetInt64(),
        count.GetProperty("replayed").GetInt64(),
        count.GetProperty("faults").GetInt64());

    private Task<JsonElement> SendAsync(HttpMethod verb, string path, HttpContent? content = null) =>
        SendAsync(new HttpRequestMessage(verb, path) { Content = content });

    private async Task<JsonElement> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await http.SendAsync(request))
        {
            var body = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, $"The sandbox answered {(int)response.StatusCode} to {request.RequestUri}: {body}");
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
    }
}
