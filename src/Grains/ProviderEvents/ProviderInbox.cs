using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.ProviderEvents;

/// <summary>Where the events about one object stand.</summary>
public enum InboxStatus
{
    /// <summary>No event was ever kept.</summary>
    Empty = 0,

    /// <summary>An event waits to be applied.</summary>
    Pending = 1,

    /// <summary>Applied.</summary>
    Applied = 2,

    /// <summary>The object turned out to be none of ours.</summary>
    Foreign = 3,

    /// <summary>Given up, or the object bears the name of a payment that has another one. An operator must look at the provider's
    /// object.</summary>
    Unclaimed = 4,
}

/// <summary>The stored state of the events about one object that were not applied at once. Of many events one hint is kept: each of them
/// says no more than that the object may have moved.</summary>
public sealed record ProviderInboxState : IIndexedState
{
    /// <summary>The provider.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The object.</summary>
    public string ObjectId { get; init; } = "";

    /// <summary>Our id of what it belongs to, once known.</summary>
    public string? Owner { get; init; }

    /// <summary>Where it stands.</summary>
    public InboxStatus Status { get; init; }

    /// <summary>The latest events kept, newest last.</summary>
    public ImmutableArray<InboxEntry> Events { get; init; } = [];

    /// <summary>When the oldest event arrived that waits, or waited last (UTC).</summary>
    public DateTimeOffset PendingSince { get; init; }

    /// <summary>Tries since then.</summary>
    public int Tries { get; init; }

    /// <summary>Why the last one came to nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>When it is tried again (UTC), or null.</summary>
    public DateTimeOffset? DueAt { get; init; }

    Guid? IIndexedState.MerchantId => null;

    /// <inheritdoc />
    [JsonIgnore]
    public string StatusText => Status switch
    {
        InboxStatus.Empty => "",
        InboxStatus.Pending => "EVENT_PENDING",
        InboxStatus.Applied => "EVENT_APPLIED",
        InboxStatus.Foreign => "EVENT_FOREIGN",
        InboxStatus.Unclaimed => "EVENT_UNCLAIMED",
        _ => throw new InvalidOperationException($"Not an inbox state: {Status}."),
    };
}

/// <summary>An event that was kept.</summary>
/// <param name="EventId">The provider's id.</param>
/// <param name="Type">The provider's word for what happened.</param>
/// <param name="KeptAt">When it was kept (UTC).</param>
public sealed record InboxEntry(string EventId, string Type, DateTimeOffset KeptAt);

/// <summary>The rules of the inbox as pure functions.</summary>
public static class ProviderInbox
{
    /// <summary>Events named in a row, for whoever looks at it. That an older one is forgotten costs nothing: its hint is the
    /// same.</summary>
    public const int EventsMax = 8;

    /// <summary>Keeps an event. One that is kept already changes nothing while it waits, and is tried once more when it does not.</summary>
    public static ProviderInboxState Keep(
        ProviderInboxState state, ProviderEvent received, bool unclaimed, ProviderEventOptions options, Moment moment)
    {
        var isKnown = state.Events.Any(entry => entry.EventId == received.EventId);
        if (isKnown && state.Status is InboxStatus.Pending or InboxStatus.Unclaimed)
            return state;

        var events = isKnown ? state.Events : state.Events.Add(new InboxEntry(received.EventId, received.Type, moment.Now));
        var waits = state.Status == InboxStatus.Pending;
        var kept = state with
        {
            Provider = received.Provider,
            ObjectId = received.ObjectId,
            Owner = received.Owner ?? state.Owner,
            Events = events.Length > EventsMax ? events.RemoveAt(0) : events,
            Status = InboxStatus.Pending,
            PendingSince = waits ? state.PendingSince : moment.Now,
            Tries = waits ? state.Tries : 0,
            DueAt = Earlier(options.Retry.Next(moment, 1), state.DueAt),
        };
        return unclaimed ? Ended(kept, InboxStatus.Unclaimed, "its owner has another object") : kept;
    }

    /// <summary>What a try came to.</summary>
    public static ProviderInboxState Tried(ProviderInboxState state, Delivery delivery, ProviderEventOptions options, Moment moment)
    {
        if (state.Status != InboxStatus.Pending)
            return state;

        var known = state with { Owner = delivery.Owner ?? state.Owner, Tries = state.Tries + 1 };
        return delivery.Outcome switch
        {
            DeliveryOutcome.Applied => Ended(known, InboxStatus.Applied, null),
            DeliveryOutcome.Foreign => Ended(known, InboxStatus.Foreign, delivery.Detail),
            DeliveryOutcome.Unclaimed => Ended(known, InboxStatus.Unclaimed, delivery.Detail),
            _ when moment.Now - state.PendingSince >= options.GivenUpAfter =>
                Ended(known, InboxStatus.Unclaimed, $"given up: {delivery.Detail}"),
            _ => known with { Detail = delivery.Detail, DueAt = options.Retry.Next(moment, known.Tries) },
        };
    }

    /// <summary>Events that keep coming must not put off the one that waits.</summary>
    private static DateTimeOffset Earlier(DateTimeOffset soon, DateTimeOffset? planned) => planned is { } due && due < soon ? due : soon;

    private static ProviderInboxState Ended(ProviderInboxState state, InboxStatus status, string? detail) =>
        state with { Status = status, Detail = detail, DueAt = null };
}
