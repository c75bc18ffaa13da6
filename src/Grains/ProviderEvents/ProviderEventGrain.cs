using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Payments.Grains.ProviderEvents;

/// <summary>
/// See <see cref="IProviderEventGrain"/>. It keeps nothing itself: an event that has its effect at once, our own echo above all, costs no
/// write. Events that come while one is being followed share the next look, for a read that begins after an event arrived serves that
/// event.
/// </summary>
[GrainType("provider-event")]
public sealed partial class ProviderEventGrain(HintDelivery delivery, RecentEvents recent, ILogger<ProviderEventGrain> logger)
    : Grain, IProviderEventGrain
{
    private Look? current;
    private Look? next;

    /// <inheritdoc />
    public async Task<ProviderEventOutcome> ReceiveAsync(ProviderEvent received)
    {
        if (recent.Contains(received))
            return Report(received, ProviderEventOutcome.Duplicate, null);

        // Its repeat tells no more than itself did.
        if (current is not null && current.Has(received))
            return await current.Done.Task;

        next ??= new Look();
        next.Add(received);
        var mine = next;
        if (current is null)
            _ = RunAsync();
        return await mine.Done.Task;
    }

    /// <summary>One look after the other until nobody waits for one.</summary>
    private async Task RunAsync()
    {
        while (next is { } look)
        {
            (current, next) = (look, null);
            try
            {
                look.Done.SetResult(await FollowAsync(look));
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Neither applied nor durable: the callers' error, and the provider sends it again.
                look.Done.SetException(error);
            }

            current = null;
        }

        DeactivateOnIdle();
    }

    private async Task<ProviderEventOutcome> FollowAsync(Look look)
    {
        var (latest, hint) = look.Merged();
        var tried = await delivery.TryAsync(latest.Provider, latest.Owner, hint);
        var outcome = tried.Outcome switch
        {
            DeliveryOutcome.Applied => ProviderEventOutcome.Applied,
            DeliveryOutcome.Foreign => ProviderEventOutcome.Ignored,
            _ => ProviderEventOutcome.Kept,
        };
        if (outcome == ProviderEventOutcome.Kept)
        {
            var inbox = GrainFactory.GetGrain<IProviderInboxGrain>(latest.Key);
            await inbox.KeepAsync(latest with { Owner = tried.Owner }, unclaimed: tried.Outcome == DeliveryOutcome.Unclaimed);
        }

        foreach (var received in look.Events)
        {
            recent.Add(received);
            Report(received, outcome, tried.Detail);
        }

        return outcome;
    }

    private ProviderEventOutcome Report(ProviderEvent received, ProviderEventOutcome outcome, string? detail)
    {
        PaymentInstruments.EventTaken(received.Provider, outcome);
        LogTaken(
            logger, outcome == ProviderEventOutcome.Kept ? LogLevel.Information : LogLevel.Debug,
            received.Provider, received.EventId, received.Type, received.ObjectId, outcome, detail);
        return outcome;
    }

    [LoggerMessage(Message = "{Provider} event {EventId}, {Type} of {ObjectId}: {Outcome}. {Detail}")]
    private static partial void LogTaken(
        ILogger logger,
        LogLevel level,
        string provider,
        string eventId,
        string type,
        string objectId,
        ProviderEventOutcome outcome,
        string? detail);

    /// <summary>One look at the provider's object and the events that it serves.</summary>
    private sealed class Look
    {
        private readonly Dictionary<string, ProviderEvent> events = [];

        public IReadOnlyCollection<ProviderEvent> Events => events.Values;

        public TaskCompletionSource<ProviderEventOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Add(ProviderEvent received) => events[received.EventId] = received;

        public bool Has(ProviderEvent received) => events.ContainsKey(received.EventId);

        /// <summary>The latest event, with the owner that any of them names, and one hint for all: several claim nothing
        /// together.</summary>
        public (ProviderEvent Latest, ProviderHint Hint) Merged()
        {
            var latest = events.Values.MaxBy(static received => received.OccurredAt)!;
            var owner = events.Values.Select(static received => received.Owner).FirstOrDefault(static owner => owner is not null);
            var subject = events.Values.All(received => received.SubjectId == latest.SubjectId) ? latest.SubjectId : null;
            var claim = events.Count == 1 ? latest.Claim : null;
            return (latest with { Owner = owner }, new ProviderHint(latest.ObjectId, subject, claim));
        }
    }
}
