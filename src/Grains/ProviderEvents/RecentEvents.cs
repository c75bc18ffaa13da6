using System.Collections.Concurrent;

namespace Payments.Grains.ProviderEvents;

/// <summary>The ids of the events that this silo took last. A repeat that comes after its id was forgotten, or on another silo, is taken
/// once more and does no harm: an event is only a hint. Safe for concurrent use.</summary>
public sealed class RecentEvents
{
    /// <summary>Ids kept, in about ten megabytes.</summary>
    public const int IdsMax = 65_536;

    private readonly ConcurrentDictionary<(string Provider, string Id), byte> ids = new();
    private readonly ConcurrentQueue<(string Provider, string Id)> byAge = new();

    /// <summary>Whether the event was taken.</summary>
    public bool Contains(ProviderEvent received) => ids.ContainsKey((received.Provider, received.EventId));

    /// <summary>Remembers that the event was taken.</summary>
    public void Add(ProviderEvent received)
    {
        var id = (received.Provider, received.EventId);
        if (!ids.TryAdd(id, 0))
            return;

        byAge.Enqueue(id);
        while (byAge.Count > IdsMax && byAge.TryDequeue(out var oldest))
            ids.TryRemove(oldest, out _);
    }
}
