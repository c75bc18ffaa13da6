using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Payments.Grains.Auditing;
using Payments.Grains.Ports;
using Payments.Grains.Refunds;
using Payments.Grains.Webhooks;

namespace Payments.Grains.Payment;

/// <summary>The stored state of one payment: one row, written whole, its outgoing webhooks included (design §2.5).</summary>
public sealed record PaymentState : IIndexedState
{
    /// <summary>The payment id.</summary>
    public Guid Id { get; init; }

    /// <summary>The merchant that created it.</summary>
    public Guid MerchantId { get; init; }

    /// <summary>The merchant's own id of it.</summary>
    public string MerchantTransactionId { get; init; } = "";

    /// <summary>Amount in minor units.</summary>
    public long AmountMinor { get; init; }

    /// <summary>ISO 4217 code, upper case.</summary>
    public string CurrencyCode { get; init; } = "";

    /// <summary>True for a pre-authorization.</summary>
    public bool AuthorizeOnly { get; init; }

    /// <summary>What is charged; null for a split tender, whose allocations say it.</summary>
    public PaymentMethod? Method { get; init; }

    /// <summary>The cards of a split tender: each is a payment of its own within this row, with an intent and operations of its own, and the rules of
    /// <see cref="SplitTender"/> hold them together. Empty when the whole amount is one allocation.</summary>
    public ImmutableArray<PaymentState> Allocations { get; init; } = [];

    /// <summary>The payment that this is an allocation of; null for a payment.</summary>
    public Guid? AllocationOf { get; init; }

    /// <summary>Why and since when a split tender is taken back; null while nothing of it has failed.</summary>
    public Rollback? Rollback { get; init; }

    /// <summary>The customer's consent, for a bank account.</summary>
    public BankDebitConsent? Consent { get; init; }

    /// <summary>As given at creation.</summary>
    public string? Description { get; init; }

    /// <summary>As given at creation.</summary>
    public string? StatementDescriptorSuffix { get; init; }

    /// <summary>As given at creation; echoed in webhooks.</summary>
    public string? Source { get; init; }

    /// <summary>As given at creation.</summary>
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Current state. The one allocation follows it; of a split tender it follows the allocations.</summary>
    public PaymentStatus Status { get; init; }

    /// <summary>Creates seen with this merchant transaction id, the first included.</summary>
    public int CreateAttempts { get; init; }

    /// <summary>The provider's object as last read, or null while none is known.</summary>
    public PaymentIntentSnapshot? Intent { get; init; }

    /// <summary>What is owed to the provider, or null.</summary>
    public ProviderOperation? Operation { get; init; }

    /// <summary>Capture attempts begun so far, so that a later capture never reuses a key.</summary>
    public int CaptureAttempts { get; init; }

    /// <summary>The capture that is under way or done; null before the first and after a refused one.</summary>
    public CaptureRecord? Capture { get; init; }

    /// <summary>The state that was announced last, so that a payment that returns to it is not announced again; null before the first.</summary>
    public PaymentStatus? AnnouncedStatus { get; init; }

    /// <summary>Cancel attempts begun so far, so that a later cancel never reuses a key.</summary>
    public int CancelAttempts { get; init; }

    /// <summary>Refund attempts begun so far, so that a later refund never reuses a key.</summary>
    public int RefundAttempts { get; init; }

    /// <summary>The cancellation that is under way, done or failed; null before the first and after a refused one.</summary>
    public Cancellation? Cancellation { get; init; }

    /// <summary>The compensating refund as last read, or null.</summary>
    public RefundSnapshot? Refund { get; init; }

    /// <summary>Refunds that the merchant requested, in order, failed ones included.</summary>
    public ImmutableArray<RefundEntry> Refunds { get; init; } = [];

    /// <summary>Reads in a row that found nothing new, for the waits between them.</summary>
    public int IdleReads { get; init; }

    /// <summary>When the provider's side needs attention (UTC), or null.</summary>
    public DateTimeOffset? ProviderDueAt { get; init; }

    /// <summary>Webhooks not yet delivered, in order, dead letters included.</summary>
    public ImmutableArray<OutboxEntry> Outbox { get; init; } = [];

    /// <summary>Webhooks put into the outbox so far; the next one's number.</summary>
    public int OutboxSequence { get; init; }

    /// <summary>What happened so far.</summary>
    public ImmutableArray<AuditEntry> Audit { get; init; } = [];

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its state last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Whether a payment was ever created under this key.</summary>
    [JsonIgnore]
    public bool Exists => CreateAttempts > 0;

    /// <summary>Whether the amount is split over two cards.</summary>
    [JsonIgnore]
    public bool IsSplit => !Allocations.IsEmpty;

    /// <summary>When the provider's side of it or of one of its allocations needs attention (UTC), or null.</summary>
    [JsonIgnore]
    public DateTimeOffset? NextProviderDueAt => Allocations.Aggregate(ProviderDueAt, static (due, allocation) => Earlier(due, allocation.ProviderDueAt));

    /// <inheritdoc />
    [JsonIgnore]
    Guid? IIndexedState.MerchantId => MerchantId;

    /// <inheritdoc />
    [JsonIgnore]
    DateTimeOffset? IIndexedState.CreatedAt => CreatedAt;

    /// <inheritdoc />
    [JsonIgnore]
    public string StatusText => Status.ToWire();

    /// <inheritdoc />
    [JsonIgnore]
    public DateTimeOffset? DueAt => Allocations.Aggregate(
        Refunds.Aggregate(Earlier(ProviderDueAt, Outboxes.Head(Outbox)?.NextAttemptAt), static (due, refund) => Earlier(due, refund.DueAt)),
        static (due, allocation) => Earlier(due, allocation.DueAt));

    Waiting? IIndexedState.Waiting => Status switch
    {
        PaymentStatus.CancelInitialized => new(MoneyIsUnderWay ? WaitingFor.Settlement : WaitingFor.Cancel, Cancellation?.RequestedAt ?? UpdatedAt),
        PaymentStatus.CancelFailed => new(WaitingFor.Operator, UpdatedAt),
        _ when Outboxes.FirstDeadLetter(Outbox) is { DeadLetteredAt: { } since } => new(WaitingFor.DeadLetter, since),
        _ => null,
    };

    private bool MoneyIsUnderWay => Operation?.Kind switch
    {
        ProviderOperationKind.AwaitSettlement => true,
        ProviderOperationKind.Refund => Refund is not null,
        _ => Allocations.Any(static allocation => allocation.MoneyIsUnderWay),
    };

    /// <summary>What a caller may see.</summary>
    public PaymentView ToView() => new(
        Id,
        MerchantId,
        MerchantTransactionId,
        AmountMinor,
        CurrencyCode,
        Status,
        IsSplit ? SplitTender.Views(this) : [new AllocationView(PaymentIds.ForAllocation(Id, 0), AmountMinor, Status.ToAllocation())],
        Source,
        CreatedAt,
        UpdatedAt,
        ShowsHold ? AmountMinor : null,
        ShowsHold ? CapturedMinor : null);

    /// <summary>What was taken. While a capture is under way that is nothing yet, also for who is answered as of then later on.</summary>
    private long CapturedMinor => Status == PaymentStatus.CaptureInitialized ? 0 : Intent?.AmountReceivedMinor ?? 0;

    /// <summary>Whether the amounts of a pre-authorization mean something: from the hold to the capture (api-facts §2.2).</summary>
    private bool ShowsHold =>
        AuthorizeOnly && Status is (PaymentStatus.Authorized or PaymentStatus.CaptureInitialized or PaymentStatus.Completed);

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null || a < b ? a : b;
}

/// <summary>A split tender that is taken back as a whole because one card failed.</summary>
/// <param name="Why">Which card, and the provider's word for it.</param>
/// <param name="BegunAt">Since when (UTC).</param>
public sealed record Rollback(string Why, DateTimeOffset BegunAt);

/// <summary>A capture that was begun.</summary>
/// <param name="AmountMinor">What is to be taken, in minor units.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="RequestedAt">When (UTC).</param>
/// <param name="CommandId">The command that began it, or null: its repeats are answered as it was.</param>
public sealed record CaptureRecord(long AmountMinor, string Actor, DateTimeOffset RequestedAt, string? CommandId);

/// <summary>A cancellation that was begun.</summary>
/// <param name="Reason">The merchant's reason.</param>
/// <param name="Message">The merchant's text, or null.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="RequestedAt">When (UTC).</param>
/// <param name="StatusBefore">Where the payment returns to when the provider refuses.</param>
/// <param name="Promised">Whether another cancel of this payment was already answered 202. Then even an inline refusal must end in a
/// refund or in <c>CANCEL_FAILED</c>, never in a silent return.</param>
/// <param name="CommandId">The command that began it, or null: its repeats are answered as it was.</param>
/// <param name="TraceParent">The trace of the request that began it (W3C), or null when it was not recorded; retries link to it.</param>
public sealed record Cancellation(
    CancellationReason Reason,
    string? Message,
    string Actor,
    DateTimeOffset RequestedAt,
    PaymentStatus StatusBefore,
    bool Promised,
    string? CommandId = null,
    string? TraceParent = null);
