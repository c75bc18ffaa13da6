using System.Text.Json.Serialization;

namespace Payments.Sandbox;

/// <summary>
/// One commit: the objects as they are afterwards, the operations that led there and the answer stored for an
/// idempotency key. It is one line of the journal, so that a kill leaves all of it or nothing.
/// </summary>
internal sealed record JournalEntry
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Effective operations in order; null when the entry only stores an answer, a webhook or a secret.</summary>
    public IReadOnlyList<string>? Operations { get; init; }

    public IntentRecord? Intent { get; init; }

    public RefundRecord? Refund { get; init; }

    public KlarnaRecord? Klarna { get; init; }

    public KlarnaRefund? KlarnaRefund { get; init; }

    public StoredAnswer? Answer { get; init; }

    public WebhookDelivery? Webhook { get; init; }

    public MerchantSecret? Merchant { get; init; }
}

/// <summary>What an idempotency key gives back. Without an error the answer is the entry's own object.</summary>
internal sealed record StoredAnswer
{
    public required string Account { get; init; }

    public required string Key { get; init; }

    public required string Path { get; init; }

    public required UInt128 Fingerprint { get; init; }

    public required DateTimeOffset BeganAt { get; init; }

    public required int Status { get; init; }

    public StripeFailure? Failure { get; init; }

    public KlarnaFailure? KlarnaFailure { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
