namespace Payments.Grains.Idempotency;

/// <summary>The rules of an idempotency key as pure functions (api-facts §6).</summary>
public static class IdempotencyMachine
{
    /// <summary>A request that wants the key.</summary>
    /// <param name="state">The key.</param>
    /// <param name="command">The request.</param>
    /// <param name="holder">The claim that is using the key at the moment, or null.</param>
    /// <param name="policy">Waits and limits.</param>
    /// <param name="now">Now.</param>
    /// <returns>The answer, and the state: changed when the request may be carried out.</returns>
    public static (IdempotencyClaim Claim, IdempotencyState State) Claim(
        IdempotencyState state, ClaimIdempotencyKey command, Guid? holder, IdempotencyPolicy policy, DateTimeOffset now)
    {
        // The first claim's id is as good a command id as any, and needs no randomness here.
        if (!state.Exists || IsExpired(state, now))
        {
            state = new IdempotencyState
            {
                MerchantId = command.MerchantId,
                Fingerprint = command.Fingerprint,
                CommandId = $"{command.ClaimId:N}",
                Resource = command.Resource,
                ClaimedAt = now,
                ExpiresAt = now + policy.Retention,
            };
        }
        else if (state.Fingerprint != command.Fingerprint)
        {
            return (new(IdempotencyOutcome.OtherRequest), state);
        }
        else if (state.Answer is { } answer)
        {
            return (new(IdempotencyOutcome.Answered, Answer: answer), state);
        }
        else if (holder is { } other && other != command.ClaimId)
        {
            return (new(IdempotencyOutcome.InFlight), state);
        }

        return (new(IdempotencyOutcome.Claimed, state.CommandId, state.Resource), state with { Claims = state.Claims + 1 });
    }

    /// <summary>The answer to a claimed request. An answer that is there already was given to somebody: it stays.</summary>
    public static IdempotencyState Complete(
        IdempotencyState state, CompleteIdempotencyKey command, IdempotencyPolicy policy, DateTimeOffset now) =>
        state is { Exists: true, Answer: null } && state.CommandId == command.CommandId
            ? state with { Answer = command.Answer, ExpiresAt = now + policy.Retention }
            : state;

    /// <summary>Whether a claim that certainly had no effect may make the key free for any request: only the first may, since an earlier one
    /// may have had an effect.</summary>
    public static bool IsFreedBy(IdempotencyState state, ReleaseIdempotencyKey command) =>
        command.HadNoEffect && state is { Exists: true, Answer: null } && state.CommandId == $"{command.ClaimId:N}";

    /// <summary>Whether the time is over for which the key was to be kept.</summary>
    public static bool IsExpired(IdempotencyState state, DateTimeOffset now) => state.ExpiresAt is { } end && end <= now;
}
