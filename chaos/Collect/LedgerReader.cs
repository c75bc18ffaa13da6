using System.Net.Http.Json;
using System.Text.Json;
using Payments.Chaos.Checking;

namespace Payments.Chaos.Collect;

/// <summary>Reads the sandbox's ledger: what really happened at the providers, and what reached the merchants.</summary>
internal sealed class LedgerReader(Uri sandbox) : IDisposable
{
    private const int PageSize = 20_000;
    private const int LookupsAtOnce = 8;

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = sandbox, Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Every object at both providers with its operations.</summary>
    public async Task<IReadOnlyList<ProviderObject>> ReadObjectsAsync(CancellationToken cancellationToken)
    {
        var operations = new Dictionary<string, List<ProviderOperation>>();
        var owners = new Dictionary<string, string>();
        await foreach (var entry in PagesAsync("/ledger/operations?", "operations", cancellationToken))
        {
            var operation = new ProviderOperation(
                entry.GetProperty("sequence").GetInt64(), entry.GetProperty("at").GetDateTimeOffset(), Text(entry, "operation")!, Text(entry, "object")!,
                entry.GetProperty("amount").GetInt64(), Text(entry, "idempotencyKey"));
            var parent = Text(entry, "paymentIntent") ?? operation.ObjectId;
            if (!operations.TryGetValue(parent, out var known))
                operations[parent] = known = [];
            known.Add(operation);
            if (entry.TryGetProperty("metadata", out var metadata) && Text(metadata, "payment_id") is { } payment)
                owners.TryAdd(parent, payment);
        }

        await FindKlarnaOwnersAsync([.. operations.Keys.Where(id => !owners.ContainsKey(id))], owners, cancellationToken);
        return [.. operations.Select(found => new ProviderObject(found.Key, owners.GetValueOrDefault(found.Key, "nobody"), found.Value))];
    }

    /// <summary>Every request that reached a merchant's endpoint, in order.</summary>
    public async Task<IReadOnlyList<(Delivery Delivery, string? Payment)>> ReadWebhooksAsync(CancellationToken cancellationToken)
    {
        var all = new List<(Delivery, string?)>();
        await foreach (var entry in PagesAsync("/ledger/webhooks?", "webhooks", cancellationToken))
        {
            var delivery = new Delivery(
                entry.GetProperty("sequence").GetInt64(), entry.GetProperty("at").GetDateTimeOffset(),
                Guid.TryParse(Text(entry, "merchant"), out var merchant) ? merchant : Guid.Empty,
                Text(entry, "webhookId"), Text(entry, "webhookTimestamp"), Text(entry, "webhookSignature"),
                entry.GetProperty("answered").GetInt32(), Text(entry, "body")!);
            all.Add((delivery, Text(entry, "payment")));
        }

        return all;
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    /// <summary>Klarna's requests carry our id in their reference, which only the object shows.</summary>
    private async Task FindKlarnaOwnersAsync(string[] ids, Dictionary<string, string> owners, CancellationToken cancellationToken)
    {
        var found = new (string Id, string? Owner)[ids.Length];
        await Parallel.ForAsync(0, ids.Length, new ParallelOptions { MaxDegreeOfParallelism = LookupsAtOnce, CancellationToken = cancellationToken }, async (index, token) =>
        {
            var history = await http.GetFromJsonAsync<JsonElement>($"/ledger/klarna/{ids[index]}", token);
            found[index] = (ids[index], Text(history.GetProperty("paymentRequest"), "reference"));
        });
        foreach (var (id, owner) in found)
            owners[id] = owner ?? "nobody";
    }

    private async IAsyncEnumerable<JsonElement> PagesAsync(
        string path, string name, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long since = 0;
        for (var length = PageSize; length == PageSize;)
        {
            var page = (await http.GetFromJsonAsync<JsonElement>($"{path}&since={since}&limit={PageSize}", cancellationToken)).GetProperty(name);
            length = page.GetArrayLength();
            foreach (var entry in page.EnumerateArray())
            {
                since = entry.GetProperty("sequence").GetInt64();
                yield return entry;
            }
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var found) ? found.GetString() : null;
}
