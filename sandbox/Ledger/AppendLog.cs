namespace Payments.Sandbox;

/// <summary>
/// A list that only grows, with the entries of one key chained backwards so that a look-up costs what it finds, and
/// with waiters that are told of matching entries. Not thread-safe: <see cref="Ledger"/> holds its lock around every call.
/// </summary>
internal sealed class AppendLog<T>
{
    private readonly List<T> _items = [];
    private readonly List<(int Item, int Previous)> _links = [];
    private readonly Dictionary<string, int> _lastLink = [];
    private readonly List<Waiter> _waiters = [];

    public int Count => _items.Count;

    public void Append(T item, string key, string? secondKey = null)
    {
        _items.Add(item);
        Link(key);
        if (secondKey is not null && secondKey != key)
            Link(secondKey);
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            var waiter = _waiters[i];
            if ((waiter.Key is null || waiter.Key == key || waiter.Key == secondKey) && waiter.Filter(item) && --waiter.Missing <= 0)
            {
                _waiters.RemoveAt(i);
                waiter.Done.TrySetResult();
            }
        }
    }

    /// <summary>Entries in order of arrival: of one key or of all, later than position <paramref name="since"/>.</summary>
    public List<T> Select(string? key, long since, Func<T, bool> filter, int limit)
    {
        var found = new List<T>();
        if (key is null)
        {
            for (var i = (int)Math.Clamp(since, 0, _items.Count); i < _items.Count && found.Count < limit; i++)
            {
                if (filter(_items[i]))
                    found.Add(_items[i]);
            }
            return found;
        }

        var link = _lastLink.GetValueOrDefault(key, -1);
        for (; link >= 0 && _links[link].Item >= since; link = _links[link].Previous)
        {
            if (filter(_items[_links[link].Item]))
                found.Add(_items[_links[link].Item]);
        }
        found.Reverse();
        if (found.Count > limit)
            found.RemoveRange(limit, found.Count - limit);
        return found;
    }

    /// <summary>Entries from the newest to the oldest, as many as the caller takes.</summary>
    public IEnumerable<T> NewestFirst()
    {
        for (var i = _items.Count - 1; i >= 0; i--)
            yield return _items[i];
    }

    /// <summary>Registers for <paramref name="missing"/> further entries that match.</summary>
    public Waiter Wait(string? key, Func<T, bool> filter, int missing)
    {
        var waiter = new Waiter(key, filter) { Missing = missing };
        _waiters.Add(waiter);
        return waiter;
    }

    public void Forget(Waiter waiter) => _waiters.Remove(waiter);

    private void Link(string key)
    {
        _links.Add((_items.Count - 1, _lastLink.GetValueOrDefault(key, -1)));
        _lastLink[key] = _links.Count - 1;
    }

    internal sealed class Waiter(string? key, Func<T, bool> filter)
    {
        public string? Key => key;

        public Func<T, bool> Filter => filter;

        public int Missing { get; set; }

        /// <summary>Continues elsewhere, never under the ledger's lock.</summary>
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
