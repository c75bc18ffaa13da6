using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace Payments.Grains.Idempotency;

/// <summary>
/// One key of one merchant. The rules are in <see cref="IdempotencyMachine"/>. Who is using the key is kept in memory, for a limited time:
/// when this process or the caller's dies, a repeat may send the command once more, and its id makes the payment's grain answer it as the
/// first one.
/// </summary>
[GrainType("idempotency-key")]
public sealed class IdempotencyGrain(
    [PersistentState("idempotency-key", GrainStorageNames.Payments)] IPersistentState<IdempotencyState> storage,
    IOptions<IdempotencyPolicy> options,
    TimeProvider time) : Grain, IIdempotencyGrain, IDueGrain
{
    private readonly IdempotencyPolicy policy = options.Value;
    private readonly DurableState<IdempotencyState> durable = new(storage);
    private Lease? lease;

    /// <inheritdoc />
    public async Task<IdempotencyClaim> ClaimAsync(ClaimIdempotencyKey command, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var holder = lease is { } held && held.End > now ? held.ClaimId : (Guid?)null;
        var claim = await durable.DecideAsync(state => IdempotencyMachine.Claim(state, command, holder, policy, now));
        if (claim.Outcome == IdempotencyOutcome.Claimed)
            lease = new Lease(command.ClaimId, now + policy.Lease);
        PaymentInstruments.KeyClaimed(claim.Outcome);
        return claim;
    }

    /// <inheritdoc />
    public async Task CompleteAsync(CompleteIdempotencyKey command, CancellationToken cancellationToken = default)
    {
        try
        {
            await durable.ApplyAsync(state => IdempotencyMachine.Complete(state, command, policy, time.GetUtcNow()));
        }
        finally
        {
            EndLease(command.ClaimId);
        }
    }

    /// <inheritdoc />
    public async Task ReleaseAsync(ReleaseIdempotencyKey command, CancellationToken cancellationToken = default)
    {
        try
        {
            // Who was taken for lost says nothing about what its successor does.
            if (lease is null || lease.ClaimId == command.ClaimId)
                await durable.ClearIfAsync(state => IdempotencyMachine.IsFreedBy(state, command));
        }
        finally
        {
            EndLease(command.ClaimId);
        }
    }

    /// <summary>The row is due when it has been kept for as long as was promised.</summary>
    public async Task WakeAsync()
    {
        await durable.RefreshIfNothingIsDueAsync(time.GetUtcNow());
        await durable.ClearIfAsync(state => IdempotencyMachine.IsExpired(state, time.GetUtcNow()));
        if (lease is null)
            DeactivateOnIdle();
    }

    /// <summary>The request is over, whether or not what it had to say was stored: a repeat need not wait.</summary>
    private void EndLease(Guid claimId)
    {
        if (lease?.ClaimId != claimId)
            return;

        // Nothing is left to do for it: at a thousand requests a second their keys must not all stay in memory until they have been idle for long.
        lease = null;
        DeactivateOnIdle();
    }

    private sealed record Lease(Guid ClaimId, DateTimeOffset End);
}
