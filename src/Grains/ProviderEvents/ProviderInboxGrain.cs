using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Payments.Grains.Retry;

namespace Payments.Grains.ProviderEvents;

/// <summary>See <see cref="IProviderInboxGrain"/>. The rules are in <see cref="ProviderInbox"/>; the due index wakes it.</summary>
[GrainType("provider-inbox")]
public sealed partial class ProviderInboxGrain(
    [PersistentState("provider-inbox", GrainStorageNames.Payments)] IPersistentState<ProviderInboxState> storage,
    HintDelivery delivery,
    IOptions<ProviderEventOptions> options,
    IChance chance,
    TimeProvider time,
    ILogger<ProviderInboxGrain> logger) : Grain, IProviderInboxGrain, IDueGrain
{
    private readonly DurableState<ProviderInboxState> durable = new(storage);

    private Moment Moment => new(time.GetUtcNow(), chance.Next());

    /// <inheritdoc />
    public async Task KeepAsync(ProviderEvent received, bool unclaimed)
    {
        await ApplyAsync(state => ProviderInbox.Keep(state, received, unclaimed, options.Value, Moment));
    }

    /// <inheritdoc />
    public async Task WakeAsync()
    {
        await durable.RefreshIfNothingIsDueAsync(time.GetUtcNow());
        if (durable.State is { Status: InboxStatus.Pending, DueAt: { } due } pending && due <= time.GetUtcNow())
        {
            var hint = new ProviderHint(pending.ObjectId, SubjectId: null, Claim: null);
            var tried = await delivery.TryAsync(pending.Provider, pending.Owner, hint);
            await ApplyAsync(state => Matters(state, pending) ? ProviderInbox.Tried(state, tried, options.Value, Moment) : state);
        }
    }

    private async Task ApplyAsync(Func<ProviderInboxState, ProviderInboxState> transition)
    {
        var isNews = await durable.DecideAsync(state =>
        {
            var after = transition(state);
            return (after.Status == InboxStatus.Unclaimed && state.Status != InboxStatus.Unclaimed, after);
        });
        if (isNews)
            LogUnclaimed(logger, durable.State.Provider, durable.State.ObjectId, durable.State.Owner, durable.State.Detail);
        if (durable.State.DueAt is null)
            DeactivateOnIdle();
    }

    /// <summary>Whether the try was made for all that waits. What another activation has kept meanwhile may have arrived after the
    /// read.</summary>
    private static bool Matters(ProviderInboxState state, ProviderInboxState pending) =>
        state.Events == pending.Events && state.PendingSince == pending.PendingSince;

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Provider} {ObjectId} belongs to no payment that we know (it names '{Owner}': {Detail}). Look at it at the provider.")]
    private static partial void LogUnclaimed(ILogger logger, string provider, string objectId, string? owner, string? detail);
}
