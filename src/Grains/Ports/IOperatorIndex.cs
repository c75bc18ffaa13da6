using Orleans.Runtime;

namespace Payments.Grains.Ports;

/// <summary>Finds grains that wait for something that somebody has to know of, from their indexed columns alone: a row whose document cannot be read is found
/// as any other.</summary>
public interface IOperatorIndex
{
    /// <summary>One page of what waits for one thing, longest waiting first.</summary>
    /// <param name="waitingFor">What for.</param>
    /// <param name="after">Only what comes after this entry, or null for the first page.</param>
    /// <param name="limit">At most this many, 1 or more.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<WaitingEntry>> ListWaitingAsync(WaitingFor waitingFor, WaitingPosition? after, int limit, CancellationToken cancellationToken);
}

/// <summary>A place in the list.</summary>
/// <param name="Since">Since when the entry waits (UTC), to the microsecond.</param>
/// <param name="Key">Its grain as <c>type/key</c>, for entries of the same instant.</param>
public sealed record WaitingPosition(DateTimeOffset Since, string Key);

/// <summary>A grain that waits.</summary>
/// <param name="Grain">Which.</param>
/// <param name="MerchantId">Whose, or null.</param>
/// <param name="Status">Its state's name, or null.</param>
/// <param name="Since">Since when it waits (UTC).</param>
/// <param name="DueAt">When it is woken next (UTC), or null.</param>
public sealed record WaitingEntry(GrainId Grain, Guid? MerchantId, string? Status, DateTimeOffset Since, DateTimeOffset? DueAt)
{
    /// <summary>Its place in the list.</summary>
    public WaitingPosition Position => new(Since, $"{Grain.Type}/{Grain.Key}");
}
