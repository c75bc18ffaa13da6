namespace Payments.Grains.Ports;

/// <summary>Reads the states of one merchant's grains past the grains: what it returns was durable, and may be older than what a grain has decided since.</summary>
public interface IMerchantIndex
{
    /// <summary>One page of the states whose <see cref="IIndexedState.CreatedAt"/> is set, newest first.</summary>
    /// <typeparam name="TState">What the documents are.</typeparam>
    /// <param name="grainType">The grains' type.</param>
    /// <param name="stateName">The state's name within the grain.</param>
    /// <param name="query">Which of them.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<IndexedEntry<TState>>> ReadPageAsync<TState>(
        string grainType, string stateName, MerchantQuery query, CancellationToken cancellationToken);
}

/// <summary>Which states to read; null filters nothing.</summary>
/// <param name="MerchantId">Whose.</param>
/// <param name="StatusText">Those whose <see cref="IIndexedState.StatusText"/> is this.</param>
/// <param name="From">Those created at this instant or later.</param>
/// <param name="To">Those created before this instant.</param>
/// <param name="After">Only what comes after this entry.</param>
/// <param name="Limit">At most this many, 1 or more.</param>
public sealed record MerchantQuery(
    Guid MerchantId, string? StatusText, DateTimeOffset? From, DateTimeOffset? To, ListPosition? After, int Limit);

/// <summary>One state.</summary>
/// <param name="Position">Its place in the order.</param>
/// <param name="State">The state.</param>
public sealed record IndexedEntry<TState>(ListPosition Position, TState State);
