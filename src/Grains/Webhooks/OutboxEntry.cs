using System.Collections.Immutable;
using Payments.Grains.Ports;
using Payments.Grains.Retry;

namespace Payments.Grains.Webhooks;

/// <summary>One webhook that is owed to a merchant. It commits in the same row as the transition that it announces.</summary>
/// <param name="Id">The <c>webhook-id</c>: the same on every attempt, unique over all payments.</param>
/// <param name="Event">The event's name, for instance <c>PAYMENT_CANCELLED</c>.</param>
/// <param name="Body">The exact body, so that every attempt sends the same bytes.</param>
/// <param name="CreatedAt">When the transition happened (UTC).</param>
/// <param name="NextAttemptAt">When it is tried next (UTC).</param>
/// <param name="Attempts">Attempts made so far.</param>
/// <param name="LastError">What the last attempt met, or null.</param>
/// <param name="DeadLetteredAt">When it was given up (UTC), or null. A dead letter stays, listed and replayable.</param>
/// <param name="TraceParent">The trace of the request that led to it (W3C), or null when it was not recorded; late attempts link to it.</param>
public sealed record OutboxEntry(
    string Id,
    string Event,
    string Body,
    DateTimeOffset CreatedAt,
    DateTimeOffset NextAttemptAt,
    int Attempts = 0,
    string? LastError = null,
    DateTimeOffset? DeadLetteredAt = null,
    string? TraceParent = null);

/// <summary>The rules of an outbox: in order, one at a time, at least once (design §8).</summary>
public static class Outboxes
{
    /// <summary>Waits before attempts 2, 3, …; about three days in all (Standard Webhooks' sample schedule).</summary>
    public static readonly ImmutableArray<TimeSpan> RetryWaits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>HTTP 410: the merchant wants no more of it.</summary>
    private const int Gone = 410;

    /// <summary>The entry to deliver next: the oldest that is not a dead letter, or null.</summary>
    public static OutboxEntry? Head(ImmutableArray<OutboxEntry> outbox)
    {
        foreach (var entry in outbox)
        {
            if (entry.DeadLetteredAt is null)
                return entry;
        }

        return null;
    }

    /// <summary>The oldest dead letter, or null.</summary>
    public static OutboxEntry? FirstDeadLetter(ImmutableArray<OutboxEntry> outbox)
    {
        foreach (var entry in outbox)
        {
            if (entry.DeadLetteredAt is not null)
                return entry;
        }

        return null;
    }

    /// <summary>The outbox after an attempt at <paramref name="entryId"/>. An attempt at an entry that is gone or dead changes nothing:
    /// two silos may have tried the same one.</summary>
    public static ImmutableArray<OutboxEntry> Attempted(ImmutableArray<OutboxEntry> outbox, string entryId, WebhookAttempt attempt, Moment moment)
    {
        var index = IndexOfLive(outbox, entryId);
        if (index < 0)
            return outbox;
        if (attempt.Delivered)
            return outbox.RemoveAt(index);

        var entry = outbox[index];
        var attempts = entry.Attempts + 1;
        var failed = entry with { Attempts = attempts, LastError = attempt.Error ?? $"http_{attempt.StatusCode}" };
        var givenUp = attempt.StatusCode == Gone || attempts > RetryWaits.Length;
        return outbox.SetItem(index, givenUp
            ? failed with { DeadLetteredAt = moment.Now }
            : failed with { NextAttemptAt = moment.Now + Backoff.Spread(RetryWaits[attempts - 1], moment.Chance, attempt.RetryAfter) });
    }

    /// <summary>The outbox after a delivery was put off without an attempt, because the endpoint is known to be down.</summary>
    public static ImmutableArray<OutboxEntry> Postponed(ImmutableArray<OutboxEntry> outbox, string entryId, DateTimeOffset until)
    {
        var index = IndexOfLive(outbox, entryId);
        return index < 0 ? outbox : outbox.SetItem(index, outbox[index] with { NextAttemptAt = until });
    }

    /// <summary>The outbox after an entry was given up without an attempt, because there is nowhere to deliver it.</summary>
    public static ImmutableArray<OutboxEntry> GivenUp(ImmutableArray<OutboxEntry> outbox, string entryId, string why, DateTimeOffset now)
    {
        var index = IndexOfLive(outbox, entryId);
        return index < 0 ? outbox : outbox.SetItem(index, outbox[index] with { LastError = why, DeadLetteredAt = now });
    }

    /// <summary>The outbox without those of the entries added since <paramref name="before"/> that the endpoint does not want.</summary>
    public static ImmutableArray<OutboxEntry> Wanted(ImmutableArray<OutboxEntry> before, ImmutableArray<OutboxEntry> after, WebhookEndpoint? endpoint) =>
        endpoint?.Events is { } events && after != before
            ? after.RemoveAll(entry => !events.Contains(entry.Event) && before.All(old => old.Id != entry.Id))
            : after;

    private static int IndexOfLive(ImmutableArray<OutboxEntry> outbox, string entryId)
    {
        for (var i = 0; i < outbox.Length; i++)
        {
            if (outbox[i].Id == entryId)
                return outbox[i].DeadLetteredAt is null ? i : -1;
        }

        return -1;
    }
}
