namespace Orleans.Runtime;

/// <summary>Values that travel with calls: what a caller sets, its callees see; what a callee sets never comes back.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<IReadOnlyDictionary<string, object>?> Current = new();

    public static IEnumerable<string> Keys => Current.Value?.Keys ?? [];

    public static IEnumerable<KeyValuePair<string, object>> Entries => Current.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>The values as a call takes them along. They are copied on every change, so they need no copy here.</summary>
    internal static IReadOnlyDictionary<string, object>? Snapshot => Current.Value;

    public static object? Get(string key) => Current.Value?.GetValueOrDefault(key);

    public static void Set(string key, object value) =>
        Current.Value = new Dictionary<string, object>(Current.Value ?? new Dictionary<string, object>()) { [key] = value };

    public static bool Remove(string key)
    {
        if (Current.Value is not { } values || !values.ContainsKey(key))
            return false;
        Current.Value = values.Count == 1 ? null : values.Where(pair => pair.Key != key).ToDictionary();
        return true;
    }

    public static void Clear() => Import(null);

    internal static void Import(IReadOnlyDictionary<string, object>? values)
    {
        // Writing an async local, even the same value, costs a new execution context.
        if (!ReferenceEquals(Current.Value, values))
            Current.Value = values;
    }
}
