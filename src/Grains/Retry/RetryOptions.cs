namespace Payments.Grains.Retry;

/// <summary>How due grains are found. Configuration section <c>Payments:Retry</c>.</summary>
public sealed record RetryOptions
{
    /// <summary>How many shards search. The same on every silo of a cluster.</summary>
    public int Shards { get; init; } = 16;

    /// <summary>How often an active shard looks.</summary>
    public TimeSpan ScanInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Period of the durable backstop, a reminder. Orleans allows no less than a minute.</summary>
    public TimeSpan ReminderPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most grains of one shard that are awake for this reason at a time.</summary>
    public int WakesInFlightMax { get; init; } = 64;

    /// <summary>For how long a grain whose wake failed is passed over.</summary>
    public TimeSpan RestAfterFailure { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Most grains of one shard that are passed over at a time.</summary>
    public int RestingMax { get; init; } = 1024;
}
