using System.Collections.Concurrent;

namespace Payments.Sandbox;

/// <summary>All payment intents: by id, by metadata, by refund, and in order of creation.</summary>
internal sealed class IntentStore
{
    private readonly ConcurrentDictionary<string, IntentCell> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IntentCell> _byRefund = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Key, string Value), List<IntentCell>> _byMetadata = new();
    private readonly List<IntentCell> _ordered = [];
    private readonly Lock _order = new();

    public IntentCell? Find(string? id) => id is null ? null : _byId.GetValueOrDefault(id);

    public IntentCell? FindByCharge(string charge)
    {
        var underscore = charge.IndexOf('_', StringComparison.Ordinal);
        return underscore < 0 ? null : Find($"pi_{charge[(underscore + 1)..]}");
    }

    public IntentCell? FindByRefund(string refund) => _byRefund.GetValueOrDefault(refund);

    /// <summary>Intents that carry this metadata now, oldest first.</summary>
    public List<IntentCell> FindByMetadata(string key, string value)
    {
        if (!_byMetadata.TryGetValue((key, value), out var bucket))
            return [];
        IntentCell[] copy;
        lock (bucket)
            copy = [.. bucket];
        return [.. copy.Distinct().Where(cell => cell.Current.Metadata.GetValueOrDefault(key) == value)];
    }

    /// <summary>Adds a new intent and makes it visible; the caller has committed it.</summary>
    public IntentCell Add(IntentRecord intent)
    {
        IntentCell cell;
        lock (_order)
        {
            cell = new IntentCell(intent, _ordered.Count);
            _ordered.Add(cell);
        }
        Index(cell, intent.Metadata);
        if (!_byId.TryAdd(intent.Id, cell))
            throw new InvalidOperationException($"{intent.Id} exists already.");
        return cell;
    }

    /// <summary>Makes the intent findable by these entries. Old ones stay in the index and are passed over when found.</summary>
    public void Index(IntentCell cell, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        foreach (var (key, value) in metadata)
        {
            var bucket = _byMetadata.GetOrAdd((key, value), static _ => new List<IntentCell>(1));
            lock (bucket)
                bucket.Add(cell);
        }
    }

    public void Index(IntentCell cell, RefundRecord refund) => _byRefund.TryAdd(refund.Id, cell);

    /// <summary>
    /// Up to <paramref name="limit"/> matching intents, newest first, created before position <paramref name="before"/>, until
    /// <paramref name="stop"/>.
    /// </summary>
    public List<IntentCell> NewestFirst(int? before, Func<IntentRecord, bool> filter, Func<IntentRecord, bool> stop, int limit)
    {
        var found = new List<IntentCell>();
        lock (_order)
        {
            for (var i = Math.Min(before ?? int.MaxValue, _ordered.Count) - 1; i >= 0 && found.Count < limit; i--)
            {
                var intent = _ordered[i].Current;
                if (stop(intent))
                    break;
                if (filter(intent))
                    found.Add(_ordered[i]);
            }
        }
        return found;
    }
}
