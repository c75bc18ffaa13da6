using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Payments.Chaos.Checking;

namespace Payments.Chaos.Load;

/// <summary>What the clients wrote down: every order and every try, in order of their ends. It only grows.</summary>
internal sealed class Journal
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter() },
    };

    private readonly ConcurrentQueue<Order> orders = new();
    private readonly ConcurrentQueue<Attempt> attempts = new();
    private readonly ConcurrentDictionary<string, (string Id, string? AllocationId)> ids = new();
    private readonly ConcurrentDictionary<string, byte> givenUp = new();
    private long answered;

    /// <summary>Everything that was ordered.</summary>
    public IEnumerable<Order> Orders => orders;

    /// <summary>Every try.</summary>
    public IEnumerable<Attempt> Attempts => attempts;

    /// <summary>Payments and requests whose cancel was answered for good.</summary>
    public long CancelsAnswered => Interlocked.Read(ref answered);

    /// <summary>Notes an order before anything is sent about it.</summary>
    public void Add(Order order) => orders.Enqueue(order);

    /// <summary>Notes a try.</summary>
    public void Add(Attempt attempt) => attempts.Enqueue(attempt);

    /// <summary>Notes the ids that an order was given.</summary>
    public void Name(Order order, string id, string? allocationId) => ids[order.Reference] = (id, allocationId);

    /// <summary>The ids of an order; null when no create was answered.</summary>
    public (string? Id, string? AllocationId) IdsOf(Order order) => ids.TryGetValue(order.Reference, out var found) ? found : (null, null);

    /// <summary>Notes that a client of an order ran out of patience.</summary>
    public void GiveUp(Order order) => givenUp[order.Reference] = 0;

    /// <summary>Whether one did.</summary>
    public bool IsGivenUp(Order order) => givenUp.ContainsKey(order.Reference);

    /// <summary>Counts an order whose cancel has its answer.</summary>
    public void CountCancel() => Interlocked.Increment(ref answered);

    /// <summary>Writes all tries to a file, one JSON line each.</summary>
    public async Task SaveAsync(string file)
    {
        await using var writer = new StreamWriter(file);
        foreach (var attempt in attempts)
            await writer.WriteLineAsync(JsonSerializer.Serialize(attempt, Json));
    }
}
