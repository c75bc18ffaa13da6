using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Payments.Chaos.World;

/// <summary>What banks, customers and people in Stripe's dashboard do, at the sandbox. It is killed like everything else, so each act is repeated until it is done.</summary>
internal sealed class OutsideWorld(Uri sandbox, TimeProvider time) : IDisposable
{
    private const int TriesMax = 100;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(300);

    // Long enough that nearly every cancel comes before it.
    private static readonly TimeSpan DebitTime = TimeSpan.FromSeconds(30);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = sandbox, Timeout = TimeSpan.FromSeconds(5) };
    private readonly ConcurrentDictionary<string, DateTimeOffset> debits = new();
    private readonly ConcurrentDictionary<string, byte> settled = new();

    /// <summary>Captures the hold of a payment behind the service's back.</summary>
    public async Task CaptureAsync(string payment, CancellationToken cancellationToken)
    {
        foreach (var intent in await IntentsAsync(payment, cancellationToken))
        {
            await ActAsync(
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/payment_intents/{intent}/capture") { Content = new FormUrlEncodedContent([]) };
                    request.Headers.Add("Authorization", "Bearer sk_test_dashboard");
                    return request;
                },
                cancellationToken);
        }
    }

    /// <summary>The customer completes a Klarna request.</summary>
    public async Task CompleteAsync(string paymentRequest, CancellationToken cancellationToken)
    {
        if (await KlarnaIdAsync(paymentRequest, cancellationToken) is { } id)
            await ActAsync(() => new HttpRequestMessage(HttpMethod.Post, $"/control/klarna/{id}/complete"), cancellationToken);
    }

    /// <summary>An ACH debit was asked for. It settles in the first batch after its time, unless the provider has stopped it by then.</summary>
    public void Debited(string payment) => debits.TryAdd(payment, time.GetUtcNow() + DebitTime);

    /// <summary>The bank takes no more cancels of an ACH debit; it settles in the next batch.</summary>
    public async Task CloseCancelWindowAsync(string payment, CancellationToken cancellationToken)
    {
        foreach (var intent in await IntentsAsync(payment, cancellationToken))
            await ActAsync(() => new HttpRequestMessage(HttpMethod.Post, $"/control/payment_intents/{intent}/close_cancel_window"), cancellationToken);
        debits[payment] = time.GetUtcNow();
    }

    /// <summary>The night's batch.</summary>
    public async Task SettleDueAsync(CancellationToken cancellationToken)
    {
        foreach (var (payment, due) in debits)
        {
            if (due <= time.GetUtcNow() && settled.TryAdd(payment, 0))
                await SettleAsync(payment, cancellationToken);
        }
    }

    /// <summary>The last batch: every debit, because the provider may have forgotten what it had taken of an earlier one when it was killed.</summary>
    public async Task SettleTheRestAsync(CancellationToken cancellationToken)
    {
        foreach (var payment in debits.Keys)
            await SettleAsync(payment, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task SettleAsync(string payment, CancellationToken cancellationToken)
    {
        foreach (var intent in await IntentsAsync(payment, cancellationToken))
            await ActAsync(() => new HttpRequestMessage(HttpMethod.Post, $"/control/payment_intents/{intent}/settle"), cancellationToken);
    }

    private async Task<IReadOnlyList<string>> IntentsAsync(string payment, CancellationToken cancellationToken)
    {
        var found = await ActAsync(() => new HttpRequestMessage(HttpMethod.Get, $"/ledger/by-metadata?key=payment_id&value={payment}"), cancellationToken);
        return [.. found.GetProperty("paymentIntents").EnumerateArray().Select(static intent => intent.GetProperty("paymentIntent").GetProperty("id").GetString()!)];
    }

    private async Task<string?> KlarnaIdAsync(string paymentRequest, CancellationToken cancellationToken)
    {
        // There is no look-up by reference; the newest requests come last, and this one is a moment old.
        var summary = await ActAsync(() => new HttpRequestMessage(HttpMethod.Get, "/ledger/summary"), cancellationToken);
        var all = summary.GetProperty("operations").EnumerateObject().Sum(static operation => operation.Value.GetInt64());
        var creates = await ActAsync(
            () => new HttpRequestMessage(HttpMethod.Get, $"/ledger/operations?operation=klarna.create&since={Math.Max(0, all - 2_000)}"), cancellationToken);
        foreach (var create in creates.GetProperty("operations").EnumerateArray().Reverse())
        {
            var id = create.GetProperty("object").GetString()!;
            var history = await ActAsync(() => new HttpRequestMessage(HttpMethod.Get, $"/ledger/klarna/{id}"), cancellationToken);
            if (history.GetProperty("paymentRequest").TryGetProperty("reference", out var reference) && reference.GetString() == paymentRequest)
                return id;
        }

        return null;
    }

    /// <summary>Sends until there is an answer; a refusal is one: it came too late.</summary>
    private async Task<JsonElement> ActAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var request = make();
                using var answer = await http.SendAsync(request, cancellationToken);
                if (answer.StatusCode < HttpStatusCode.InternalServerError)
                    return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            }
            catch (Exception error) when (
                tries < TriesMax && (error is HttpRequestException or JsonException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested)))
            {
                // Killed at the moment; it comes back.
            }

            if (tries >= TriesMax)
                throw new ChaosException("The sandbox does not answer any more.");
            await Task.Delay(Wait, time, cancellationToken);
        }
    }
}
