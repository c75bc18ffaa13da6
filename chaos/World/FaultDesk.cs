using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Payments.Chaos.World;

/// <summary>A fault on order at the sandbox (sandbox/README.md).</summary>
internal sealed record Fault(string Operation, string Kind)
{
    /// <summary>How many calls it hits.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Delay in milliseconds, of a latency.</summary>
    public int LatencyMs { get; init; }

    /// <summary><c>before</c> or <c>after</c> the effect.</summary>
    public string Phase { get; init; } = "before";

    /// <summary>HTTP status, of a status fault.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Error code of a refusal, in place of one that blames the request.</summary>
    public string? Code { get; init; }

    /// <summary><c>Retry-After</c> in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Kind and phase, for the figures.</summary>
    [JsonIgnore]
    public string Name => $"{(Operation.StartsWith("webhook:", StringComparison.Ordinal) ? "webhook " : "")}{Kind}{(StatusCode is { } status ? $" {status}" : "")}{(Code is null ? "" : $" {Code}")}{(Phase == "after" ? " after commit" : "")}";
}

/// <summary>Orders faults and counts what each kind did. A killed sandbox forgets its orders, so they are counted before.</summary>
internal sealed class FaultDesk(Uri sandbox) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = sandbox, Timeout = TimeSpan.FromSeconds(10) };
    private readonly Dictionary<string, Fault> orders = [];
    private readonly Dictionary<string, int> struck = [];
    private readonly SemaphoreSlim one = new(1);

    /// <summary>Calls hit so far, by kind, as of the last <see cref="CountAsync"/>.</summary>
    public IReadOnlyDictionary<string, int> Struck => new SortedDictionary<string, int>(struck);

    /// <summary>Orders a fault; while the sandbox is away nothing is ordered.</summary>
    public async Task OrderAsync(Fault fault, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            using var answer = await http.PostAsJsonAsync("/control/faults", fault, Json, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new ChaosException($"The sandbox refuses the fault {fault}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            var made = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            orders[made.GetProperty("id").GetString()!] = fault;
        }
        catch (HttpRequestException)
        {
            // Killed at the moment.
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Counts what the orders did since they were counted last, clears them, and orders none any more until <see cref="OrderAsync"/>.</summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            var listed = (await http.GetFromJsonAsync<JsonElement>("/control/faults", cancellationToken)).EnumerateArray()
                .ToDictionary(static state => state.GetProperty("rule").GetProperty("id").GetString()!, static state => state.GetProperty("hits").GetInt32());
            using var cleared = await http.DeleteAsync(new Uri("/control/faults", UriKind.Relative), cancellationToken);

            // What is not listed any more has struck as often as it was ordered to.
            foreach (var (id, fault) in orders)
                struck[fault.Name] = struck.GetValueOrDefault(fault.Name) + listed.GetValueOrDefault(id, fault.Count);
            orders.Clear();
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>The sandbox was killed: its orders are gone.</summary>
    public void Forget() => orders.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        one.Dispose();
    }
}
