using System.Net.Http.Json;
using System.Text.Json;
using Payments.Testing.Processes;

namespace Payments.Bench.Measure;

/// <summary>Reads the sandbox's ledger.</summary>
internal sealed class LedgerClient(Uri sandbox) : IDisposable
{
    private const string WebhookSecret = "whsec_ZGVtby1tZXJjaGFudC1vbmUtc2VjcmV0LTAwMQ==";
    private const int PageSize = 5_000;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HttpClient http = new() { BaseAddress = sandbox };

    /// <summary>Gives the merchant its secret, so that its endpoint verifies every webhook, as a merchant must.</summary>
    public async Task ConfigureMerchantAsync()
    {
        using var response = await http.PutAsJsonAsync($"/control/merchants/{PaymentsProcesses.Merchant}", new { secret = WebhookSecret });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until an operation happened this often, in all since the sandbox started.</summary>
    /// <exception cref="BenchException">It did not within 5 minutes.</exception>
    public Task WaitForOperationsAsync(string operation, long count) => WaitAsync(
        $"{count} × {operation}",
        summary => summary.GetProperty("operations").TryGetProperty(operation, out var found) ? found.GetInt64() : 0,
        count);

    /// <summary>Waits until this many webhooks were accepted, in all since the sandbox started.</summary>
    /// <exception cref="BenchException">They were not within 5 minutes.</exception>
    public Task WaitForWebhooksAsync(long count) => WaitAsync($"{count} webhooks", static summary => summary.GetProperty("webhooksAccepted").GetInt64(), count);

    /// <summary>How many operations are in the ledger: where the next ones begin.</summary>
    public async Task<long> CountOperationsAsync() =>
        (await SummaryAsync()).GetProperty("operations").EnumerateObject().Sum(static operation => operation.Value.GetInt64());

    /// <summary>How many webhooks arrived: where the next ones begin.</summary>
    public async Task<long> CountWebhooksAsync() => (await SummaryAsync()).GetProperty("webhooks").GetInt64();

    /// <summary>How many calls of an operation arrived, effective or not.</summary>
    public async Task<long> CountCallsAsync(string operation)
    {
        var calls = (await http.GetFromJsonAsync<JsonElement>("/ledger/calls/summary")).GetProperty("calls");
        return calls.TryGetProperty(operation, out var count) ? count.GetProperty("calls").GetInt64() : 0;
    }

    /// <summary>Every operation of one name after a position in the ledger.</summary>
    public IAsyncEnumerable<JsonElement> OperationsAsync(string operation, long since) => PagesAsync($"/ledger/operations?operation={operation}", "operations", since);

    /// <summary>Every webhook after a position in the ledger.</summary>
    public IAsyncEnumerable<JsonElement> WebhooksAsync(long since) => PagesAsync("/ledger/webhooks?", "webhooks", since);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async IAsyncEnumerable<JsonElement> PagesAsync(string path, string name, long since)
    {
        for (var length = PageSize; length == PageSize;)
        {
            var page = (await http.GetFromJsonAsync<JsonElement>($"{path}&since={since}&limit={PageSize}")).GetProperty(name);
            length = page.GetArrayLength();
            foreach (var entry in page.EnumerateArray())
            {
                since = entry.GetProperty("sequence").GetInt64();
                yield return entry;
            }
        }
    }

    private async Task WaitAsync(string what, Func<JsonElement, long> read, long count)
    {
        // A look costs the sandbox next to nothing; its own wait would render every entry that matches.
        using var patience = new CancellationTokenSource(Patience);
        using var ticks = new PeriodicTimer(LookInterval);
        long found = 0;
        try
        {
            while ((found = read(await SummaryAsync())) < count)
                await ticks.WaitForNextTickAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"Waited in vain for {what}: {found} after {Patience.TotalMinutes:F0} minutes.");
        }
    }

    private async Task<JsonElement> SummaryAsync() => await http.GetFromJsonAsync<JsonElement>("/ledger/summary");
}
