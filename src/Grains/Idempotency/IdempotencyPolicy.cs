namespace Payments.Grains.Idempotency;

/// <summary>How long keys are kept and held. Configuration section <c>Payments:Idempotency</c>.</summary>
public sealed record IdempotencyPolicy
{
    /// <summary>The shortest <see cref="Retention"/>: what callers are promised.</summary>
    public static readonly TimeSpan RetentionMin = TimeSpan.FromDays(7);

    /// <summary>How long a key is kept after its last use.</summary>
    public TimeSpan Retention { get; init; } = RetentionMin;

    /// <summary>After which time a claim whose holder is silent counts as lost. Longer than any request takes, its grain calls' time limits included.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);
}
