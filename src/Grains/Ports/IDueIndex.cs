using Orleans.Runtime;

namespace Payments.Grains.Ports;

/// <summary>Grain state that storage keeps in columns of its own, so that operators can query it, the retry shards can find what is due, and merchants
/// can list what is theirs.</summary>
public interface IIndexedState
{
    /// <summary>The owning merchant, or null for state that belongs to none.</summary>
    Guid? MerchantId { get; }

    /// <summary>The state's name as the contract spells it, for instance <c>CANCEL_INITIALIZED</c>.</summary>
    string StatusText { get; }

    /// <summary>When something must wake the grain (UTC), or null when it waits for nothing.</summary>
    DateTimeOffset? DueAt { get; }

    /// <summary>Where it stands in its merchant's list (UTC), or null for state that is in none.</summary>
    DateTimeOffset? CreatedAt => null;

    /// <summary>What operators count and alert on, or null: most state is on nobody's mind.</summary>
    Waiting? Waiting => null;
}

/// <summary>That a grain waits for something that somebody has to know of.</summary>
/// <param name="For">What for.</param>
/// <param name="Since">Since when (UTC).</param>
public readonly record struct Waiting(WaitingFor For, DateTimeOffset Since);

/// <summary>What a grain can wait for.</summary>
public enum WaitingFor
{
    /// <summary>Its cancel was accepted, and the provider still has to say that it is done. That takes seconds when all is well.</summary>
    Cancel,

    /// <summary>Its cancel was accepted, and the money is under way: a debit that has to settle, a refund. That takes days when all is well.</summary>
    Settlement,

    /// <summary>Its cancel failed for good: an operator, or the merchant's next cancel, decides.</summary>
    Operator,

    /// <summary>Its webhook was given up.</summary>
    DeadLetter,
}

/// <summary>Finds grains whose <see cref="IIndexedState.DueAt"/> has passed.</summary>
public interface IDueIndex
{
    /// <summary>The grains of one shard that are due, longest overdue first.</summary>
    /// <param name="shard">0 to <paramref name="shardCount"/> − 1. A grain's shard is a stable hash of its id, the same on every machine and version.</param>
    /// <param name="shardCount">How many shards there are.</param>
    /// <param name="now">Everything due at or before this instant is returned.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<GrainId>> ReadDueAsync(int shard, int shardCount, DateTimeOffset now, int limit, CancellationToken cancellationToken);
}
