using System.Text.Json.Serialization;

namespace Payments.Sandbox;

/// <summary>What a fault does to the call that it hits.</summary>
public enum FaultKind
{
    /// <summary>
    /// The answer is late by <see cref="FaultRule.LatencyMs"/>; the work is done all the same, whether or not the client still
    /// waits.
    /// </summary>
    [JsonStringEnumMemberName("latency")]
    Latency,

    /// <summary>A definite refusal that changes nothing: HTTP 400 from Stripe, 403 from Klarna.</summary>
    [JsonStringEnumMemberName("refuse")]
    Refuse,

    /// <summary>HTTP 429 with code <c>lock_timeout</c>: another request holds the object. Not stored for the idempotency key.</summary>
    [JsonStringEnumMemberName("lock_timeout")]
    LockTimeout,

    /// <summary>HTTP 500, before or after the effect; stored and replayed for the same idempotency key.</summary>
    [JsonStringEnumMemberName("error_500")]
    Error500,

    /// <summary>The connection is reset before anything happened.</summary>
    [JsonStringEnumMemberName("drop_before")]
    DropBefore,

    /// <summary>The connection is reset after the effect was committed.</summary>
    [JsonStringEnumMemberName("drop_after")]
    DropAfter,

    /// <summary>HTTP 429 with code <c>rate_limit</c>. Not stored for the idempotency key.</summary>
    [JsonStringEnumMemberName("rate_limit")]
    RateLimit,

    /// <summary>HTTP 409 with code <c>idempotency_key_in_use</c>, as if the first request still ran.</summary>
    [JsonStringEnumMemberName("idempotency_in_use")]
    IdempotencyInUse,

    /// <summary>Any HTTP status, with <see cref="FaultRule.Body"/> if given; changes nothing and is not stored.</summary>
    [JsonStringEnumMemberName("status")]
    Status,

    /// <summary>An event is delivered three times.</summary>
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,

    /// <summary>An event waits until a later one of the same object was accepted.</summary>
    [JsonStringEnumMemberName("reorder")]
    Reorder,

    /// <summary>An attempt to deliver an event is signed with a secret that the receiver does not have.</summary>
    [JsonStringEnumMemberName("bad_signature")]
    BadSignature,

    /// <summary>An attempt to deliver an event carries, signed, a time of an hour ago. Stripe only.</summary>
    [JsonStringEnumMemberName("stale_timestamp")]
    StaleTimestamp,
}

/// <summary>Whether a fault strikes before the effect or after it was committed.</summary>
public enum FaultPhase
{
    /// <summary>Before: the operation did not happen (or, for latency, not yet).</summary>
    [JsonStringEnumMemberName("before")]
    Before,

    /// <summary>After: the operation happened, only its answer suffers.</summary>
    [JsonStringEnumMemberName("after")]
    After,
}

/// <summary>A fault on order.</summary>
/// <param name="Operation">
/// The operation it hits: a name of <see cref="FaultInjector.ProviderOperations"/>, <c>webhook:&lt;merchant&gt;</c>, or a prefix
/// with <c>*</c> such as <c>payment_intent.*</c>.
/// </param>
/// <param name="Kind">What happens.</param>
/// <param name="Count">How many calls it hits; -1 for all until it is cleared.</param>
/// <param name="LatencyMs">Delay of a <see cref="FaultKind.Latency"/>.</param>
/// <param name="Phase">For latency and error_500: before or after the effect.</param>
/// <param name="Probability">Chance that a matching call is hit, 0 to 1.</param>
/// <param name="Seed">Seed of that chance, so that a run repeats.</param>
/// <param name="Match">Only calls about this object id, or about an object with this metadata value; null for all.</param>
/// <param name="StatusCode">HTTP status of a <see cref="FaultKind.Status"/>; replaces the usual one of a refusal.</param>
/// <param name="Code">Error code of a refusal, in place of the usual one.</param>
/// <param name="Body">Body of a <see cref="FaultKind.Status"/>.</param>
/// <param name="RetryAfterSeconds">Header <c>Retry-After</c> of a <see cref="FaultKind.Status"/> or <see
/// cref="FaultKind.RateLimit"/>.</param>
/// <param name="Location">Header <c>Location</c> of a <see cref="FaultKind.Status"/>.</param>
/// <param name="Id">Given by the sandbox.</param>
public sealed record FaultRule(
    string Operation,
    FaultKind Kind,
    int Count = 1,
    int LatencyMs = 0,
    FaultPhase Phase = FaultPhase.Before,
    double Probability = 1,
    int Seed = 0,
    string? Match = null,
    int? StatusCode = null,
    string? Code = null,
    string? Body = null,
    int? RetryAfterSeconds = null,
    string? Location = null,
    string Id = "");

/// <summary>A fault with what it did so far.</summary>
/// <param name="Rule">The order.</param>
/// <param name="Remaining">Calls that it will still hit; -1 for all.</param>
/// <param name="Hits">Calls that it has hit.</param>
public sealed record FaultState(FaultRule Rule, int Remaining, int Hits);
