namespace Payments.Storage.Rows;

/// <summary>What a question for due grains must fulfil, whatever database answers it.</summary>
internal static class DueQuery
{
    public static void RequireValid(int shard, int shardCount, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shardCount, GrainSlot.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, shardCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
    }
}
