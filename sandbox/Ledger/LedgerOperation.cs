using System.Text.Json.Serialization;

namespace Payments.Sandbox;

/// <summary>One change that really happened at a provider. A refused, repeated or replayed call never makes one.</summary>
public sealed record LedgerOperation
{
    /// <summary>Position in the ledger, from 1, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the change was committed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened, such as <c>payment_intent.cancel</c>, <c>refund.create</c> or <c>klarna.cancel</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Id of the object that changed.</summary>
    [JsonPropertyName("object")]
    public required string ObjectId { get; init; }

    /// <summary>The payment intent concerned; differs from <see cref="ObjectId"/> for refunds, null for Klarna.</summary>
    public string? PaymentIntent { get; init; }

    /// <summary>The Klarna request or session whose order a refund is of; null for everything else.</summary>
    public string? PaymentRequest { get; init; }

    /// <summary>Amount of the change in minor units; the captured amount for a capture.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code in the provider's own case.</summary>
    public required string Currency { get; init; }

    /// <summary>Idempotency key of the call that caused the change, where one was given.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Metadata of the object at that moment.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The immutable object as it was after the change; events are rendered from it.</summary>
    [JsonIgnore]
    internal object? Snapshot { get; init; }

    /// <summary>The payment intent after the change, also where a refund changed it.</summary>
    [JsonIgnore]
    internal IntentRecord? Intent { get; init; }
}
