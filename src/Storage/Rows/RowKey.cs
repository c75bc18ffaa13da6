using Orleans.Runtime;

namespace Payments.Storage.Rows;

/// <summary>The primary key of a stored state.</summary>
/// <param name="GrainType">The grain's type.</param>
/// <param name="GrainKey">The grain's key within the type.</param>
/// <param name="StateName">The name of the state within the grain.</param>
public readonly record struct RowKey(string GrainType, string GrainKey, string StateName)
{
    private const int LengthMax = 600;

    /// <summary>The key of one state of a grain.</summary>
    /// <exception cref="ArgumentException">The id is longer than an index entry can be, or is not text: it could not be told from another id.</exception>
    public static RowKey Of(string stateName, GrainId grainId)
    {
        var key = new RowKey(grainId.Type.ToString() ?? "", grainId.Key.ToString() ?? "", stateName);
        if (key.GrainType.Length + key.GrainKey.Length + stateName.Length > LengthMax)
            throw new ArgumentException($"The id of grain type '{key.GrainType}' is longer than {LengthMax} characters.", nameof(grainId));
        if (!IsText(key.GrainType) || !IsText(key.GrainKey) || !IsText(stateName))
            throw new ArgumentException($"The id {grainId} is not plain text: it contains NUL or bytes that are not UTF-8.", nameof(grainId));
        return key;
    }

    /// <summary>One order for every process, so that batches lock rows in the same order.</summary>
    public static IComparer<RowKey> LockOrder { get; } = Comparer<RowKey>.Create(static (left, right) =>
    {
        var byType = string.CompareOrdinal(left.GrainType, right.GrainType);
        if (byType != 0)
            return byType;
        var byKey = string.CompareOrdinal(left.GrainKey, right.GrainKey);
        return byKey != 0 ? byKey : string.CompareOrdinal(left.StateName, right.StateName);
    });

    /// <summary><c>type/key/state</c>.</summary>
    public override string ToString() => $"{GrainType}/{GrainKey}/{StateName}";

    // Bytes that are not UTF-8 decode to U+FFFD, and then two ids would share one row.
    private static bool IsText(string value) => value.AsSpan().IndexOfAny('\0', '\uFFFD') < 0;
}
