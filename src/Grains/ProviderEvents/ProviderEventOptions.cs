using Payments.Grains.Retry;

namespace Payments.Grains.ProviderEvents;

/// <summary>Waits and limits of inbound provider events. Configuration section <c>Payments:ProviderEvents</c>.</summary>
public sealed record ProviderEventOptions
{
    /// <summary>How long the provider waits while its event is being applied; then the event is kept and applied afterwards.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a read of an object may take that only serves to learn whose it is.</summary>
    public TimeSpan LookupDeadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Waits between tries of an event that is kept.</summary>
    public Backoff Retry { get; init; } = new() { Initial = TimeSpan.FromSeconds(1), Max = TimeSpan.FromMinutes(15) };

    /// <summary>When a kept event is given up: as long as Stripe itself would repeat it (api-facts §3.5).</summary>
    public TimeSpan GivenUpAfter { get; init; } = TimeSpan.FromDays(3);
}
