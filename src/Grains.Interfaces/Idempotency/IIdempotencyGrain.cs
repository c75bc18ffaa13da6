using Orleans.CodeGeneration;

namespace Payments;

/// <summary>
/// What is known of one <c>Idempotency-Key</c> of one merchant (api-facts §6). The grain key is <see cref="IdempotencyKeys.ForMerchant"/>.
/// Use: claim the key, and only then carry the command out; afterwards complete it with the answer, or release it.
/// </summary>
[Alias("payments.IIdempotencyGrain"), Version(1)]
public interface IIdempotencyGrain : IGrainWithStringKey
{
    /// <summary>Claims the key for a request. <see cref="IdempotencyClaim.CommandId"/> is durable before this returns.</summary>
    [Alias("Claim")]
    Task<IdempotencyClaim> ClaimAsync(ClaimIdempotencyKey command, CancellationToken cancellationToken = default);

    /// <summary>Stores the answer, which every later request with this key gets. The first answer stays.</summary>
    [Alias("Complete")]
    Task CompleteAsync(CompleteIdempotencyKey command, CancellationToken cancellationToken = default);

    /// <summary>Ends a claim without an answer: the next request with this key is carried out.</summary>
    [Alias("Release")]
    Task ReleaseAsync(ReleaseIdempotencyKey command, CancellationToken cancellationToken = default);
}

/// <summary>A request that wants a key.</summary>
/// <param name="MerchantId">The authenticated merchant.</param>
/// <param name="Fingerprint">Tells this request from others, at most 128 characters.</param>
/// <param name="ClaimId">New for every request, and the same when this call is repeated.</param>
/// <param name="Resource">What the caller would work on, at most 128 characters, or null: the id of a resource that is still to be created.</param>
[GenerateSerializer, Immutable, Alias("payments.ClaimIdempotencyKey")]
public sealed record ClaimIdempotencyKey(
    [property: Id(0)] Guid MerchantId,
    [property: Id(1)] string Fingerprint,
    [property: Id(2)] Guid ClaimId,
    [property: Id(3)] string? Resource = null);

/// <summary>Whether a request may be carried out.</summary>
[GenerateSerializer, Alias("payments.IdempotencyOutcome")]
public enum IdempotencyOutcome
{
    /// <summary>It may, under <see cref="IdempotencyClaim.CommandId"/>.</summary>
    Claimed = 0,

    /// <summary>It was: <see cref="IdempotencyClaim.Answer"/> is what it was answered.</summary>
    Answered = 1,

    /// <summary>It is being carried out right now.</summary>
    InFlight = 2,

    /// <summary>The key belongs to another request.</summary>
    OtherRequest = 3,
}

/// <summary>Answer to <see cref="IIdempotencyGrain.ClaimAsync"/>.</summary>
/// <param name="Outcome">Whether the request may be carried out.</param>
/// <param name="CommandId">When <see cref="IdempotencyOutcome.Claimed"/>: the id of the command, the same for every claim of this key, so that the
/// grain that carries it out knows a repeat. Else null.</param>
/// <param name="Resource">When claimed: what the first claim named as its resource.</param>
/// <param name="Answer">When <see cref="IdempotencyOutcome.Answered"/>: the stored answer. Else null.</param>
[GenerateSerializer, Immutable, Alias("payments.IdempotencyClaim")]
public sealed record IdempotencyClaim(
    [property: Id(0)] IdempotencyOutcome Outcome,
    [property: Id(1)] string? CommandId = null,
    [property: Id(2)] string? Resource = null,
    [property: Id(3)] StoredAnswer? Answer = null);

/// <summary>An answer as it was given.</summary>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="Body">The body, JSON.</param>
[GenerateSerializer, Immutable, Alias("payments.StoredAnswer")]
public sealed record StoredAnswer(
    [property: Id(0)] int StatusCode,
    [property: Id(1)] string Body);

/// <summary>The end of a claim with a definite answer.</summary>
/// <param name="ClaimId">The claim.</param>
/// <param name="CommandId">The command that was carried out under it.</param>
/// <param name="Answer">The answer.</param>
[GenerateSerializer, Immutable, Alias("payments.CompleteIdempotencyKey")]
public sealed record CompleteIdempotencyKey(
    [property: Id(0)] Guid ClaimId,
    [property: Id(1)] string CommandId,
    [property: Id(2)] StoredAnswer Answer);

/// <summary>The end of a claim without a definite answer.</summary>
/// <param name="ClaimId">The claim.</param>
/// <param name="HadNoEffect">Whether the command certainly changed nothing. Then the key is free for any request; else only for the same one.</param>
[GenerateSerializer, Immutable, Alias("payments.ReleaseIdempotencyKey")]
public sealed record ReleaseIdempotencyKey(
    [property: Id(0)] Guid ClaimId,
    [property: Id(1)] bool HadNoEffect);
