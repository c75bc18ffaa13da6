using System.Net.Http.Json;
using System.Text.Json;
using Payments.Testing.Processes;

namespace Payments.Bench.Measure;

/// <summary>Reads what the silo says about itself, and payments as a merchant reads them.</summary>
internal sealed class SiloClient : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HttpClient http;

    /// <summary>A client with the demo merchant's headers.</summary>
    public SiloClient(Uri silo, string token)
    {
        http = new HttpClient { BaseAddress = silo };
        http.DefaultRequestHeaders.Add("Authorization", $"Bearer {token}");
        http.DefaultRequestHeaders.Add("X-Merchant-Id", $"{PaymentsProcesses.Merchant}");
        http.DefaultRequestHeaders.Add("X-Upstream-Env", "dev");
    }

    /// <summary>Rows and commits since the silo started.</summary>
    public async Task<StorageCounters> StorageAsync()
    {
        var storage = await HealthAsync();
        return new StorageCounters(storage.GetProperty("rows").GetInt64(), storage.GetProperty("commits").GetInt64());
    }

    /// <summary>Waits until exactly this many rows have a due time, all of them with one status: so nothing is under way any more.</summary>
    /// <param name="status">The status, or null when no row may have a due time.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="BenchException">It did not come to that within 5 minutes.</exception>
    public async Task WaitForRestAsync(string? status, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var ticks = new PeriodicTimer(LookInterval);
        var pending = default(JsonElement);
        try
        {
            while (true)
            {
                pending = (await HealthAsync()).GetProperty("pendingByStatus");
                var all = pending.EnumerateObject().Sum(static found => found.Value.GetInt64());
                var wanted = status is not null && pending.TryGetProperty(status, out var found) ? found.GetInt64() : 0;
                if (all == count && wanted == count)
                    return;
                await ticks.WaitForNextTickAsync(patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"The silo does not come to rest: {pending}, wanted {count} × {status}.");
        }
    }

    /// <summary>The body of a GET.</summary>
    public async Task<string> ReadPaymentAsync(Guid id) => await http.GetStringAsync($"/v2/payments/{id}");

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<JsonElement> HealthAsync() => await http.GetFromJsonAsync<JsonElement>("/health/storage");
}

/// <summary>What the silo wrote.</summary>
/// <param name="Rows">Rows written.</param>
/// <param name="Commits">Commits that wrote them.</param>
internal readonly record struct StorageCounters(long Rows, long Commits)
{
    /// <summary>Rows per commit, or 0 without a commit.</summary>
    public double RowsPerCommit => Commits == 0 ? 0 : Math.Round(Rows / (double)Commits, 1);

    /// <summary>What was written since <paramref name="earlier"/>.</summary>
    public StorageCounters Since(StorageCounters earlier) => new(Rows - earlier.Rows, Commits - earlier.Commits);

    /// <summary>Several together.</summary>
    public static StorageCounters Sum(IEnumerable<StorageCounters> all) =>
        all.Aggregate(default(StorageCounters), static (sum, next) => new(sum.Rows + next.Rows, sum.Commits + next.Commits));
}
