using System.Text.Json.Serialization;
using Payments.Grains.Ports;

namespace Payments.Grains.Idempotency;

/// <summary>The stored state of one key of one merchant. Who is using it at the moment is not stored: a process that died must not hold it.</summary>
public sealed record IdempotencyState : IIndexedState
{
    /// <summary>The merchant whose key it is.</summary>
    public Guid MerchantId { get; init; }

    /// <summary>What the request was, as a hash; empty while the key is free.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>The command that is carried out under this key, however often it has to be sent.</summary>
    public string CommandId { get; init; } = "";

    /// <summary>What the first claim named as its resource, or null.</summary>
    public string? Resource { get; init; }

    /// <summary>When the key was first claimed (UTC).</summary>
    public DateTimeOffset ClaimedAt { get; init; }

    /// <summary>How often the key was claimed. A claim writes: an answer whose write was given up and that is stored all the same then stands in its
    /// way, or comes too late itself.</summary>
    public int Claims { get; init; }

    /// <summary>The answer, or null while there is none.</summary>
    public StoredAnswer? Answer { get; init; }

    /// <summary>When the row is deleted (UTC).</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether the key is in use.</summary>
    [JsonIgnore]
    public bool Exists => Fingerprint.Length > 0;

    Guid? IIndexedState.MerchantId => MerchantId;

    /// <inheritdoc />
    [JsonIgnore]
    public string StatusText => Answer is null ? "KEY_CLAIMED" : "KEY_ANSWERED";

    /// <inheritdoc />
    [JsonIgnore]
    public DateTimeOffset? DueAt => ExpiresAt;
}
