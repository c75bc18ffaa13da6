namespace Payments.Grains.Idempotency;

/// <summary>How long keys are kept and held. Configuration section <c>Payments:Idempotency</c>.</summary>
public sealed record IdempotencyPolicy
{
    /// <summary>The shortest <see cref="Retention"/>: what callers are promised.</summary>
    public static readonly TimeSpan RetentionMin = TimeSpan.FromDays(7);

    /// <summary>How long a key is kept after its last use.</summary>
    public TimeSpan Retention { get; init; } = RetentionMin;

    /// <summary>After which time a claim whose holder is silent counts as lost: that long a repeat waits when the process that carried the request out has died.
    /// Longer than a request takes while storage answers; one that takes longer still may be carried out beside its repeat, as the same command.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(20);
}
