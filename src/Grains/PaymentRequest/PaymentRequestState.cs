using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Payments.Grains.Auditing;
using Payments.Grains.Ports;

namespace Payments.Grains.PaymentRequest;

/// <summary>The stored state of one payment request.</summary>
public sealed record PaymentRequestState : IIndexedState
{
    /// <summary>The payment request id; 0 while none was created under this key.</summary>
    public long Id { get; init; }

    /// <summary>The merchant that created it.</summary>
    public Guid MerchantId { get; init; }

    /// <summary>Provider name, lower case.</summary>
    public string Provider { get; init; } = "";

    /// <summary>As given at creation.</summary>
    public string PaymentType { get; init; } = "";

    /// <summary>Klarna's product that it was created in; never changes.</summary>
    public KlarnaProduct Product { get; init; }

    /// <summary>As given at creation.</summary>
    public string? ShortCode { get; init; }

    /// <summary>Amount in minor units.</summary>
    public long AmountMinor { get; init; }

    /// <summary>ISO 4217 code, upper case.</summary>
    public string CurrencyCode { get; init; } = "";

    /// <summary>As given at creation.</summary>
    public string? Country { get; init; }

    /// <summary>As given at creation.</summary>
    public string? Locale { get; init; }

    /// <summary>As given at creation.</summary>
    public string? Description { get; init; }

    /// <summary>As given at creation.</summary>
    public ImmutableArray<OrderLine> OrderLines { get; init; } = [];

    /// <summary>Current state.</summary>
    public PaymentRequestStatus Status { get; init; }

    /// <summary>Klarna's object as last read, or null while none is known.</summary>
    public KlarnaRequestSnapshot? Klarna { get; init; }

    /// <summary>What is owed to Klarna, or null.</summary>
    public RequestOperation? Operation { get; init; }

    /// <summary>Where it returns to when Klarna refuses the cancel; null without one.</summary>
    public PaymentRequestStatus? StatusBeforeCancel { get; init; }

    /// <summary>The command that began the cancel, or null: its repeats are answered as it was.</summary>
    public string? CancelCommandId { get; init; }

    /// <summary>When the cancel that is under way or done was asked for (UTC); null without one.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>The trace of the request that asked for it (W3C), or null when it was not recorded; retries link to it.</summary>
    public string? CancelTraceParent { get; init; }

    /// <summary>Refunds of what the customer paid, in the order in which they were asked for.</summary>
    public ImmutableArray<RequestRefund> Refunds { get; init; } = [];

    /// <summary>Reads in a row that found nothing new.</summary>
    public int IdleReads { get; init; }

    /// <summary>When the provider's side needs attention (UTC), or null.</summary>
    public DateTimeOffset? ProviderDueAt { get; init; }

    /// <summary>What happened so far.</summary>
    public ImmutableArray<AuditEntry> Audit { get; init; } = [];

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its state last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The payment that came of it, or null before the customer has paid. It has the request's number: a request is paid once at most.</summary>
    [JsonIgnore]
    public long? PaymentId => Status == PaymentRequestStatus.Completed ? Id : null;

    /// <summary>Whether a request was ever created under this key.</summary>
    [JsonIgnore]
    public bool Exists => Id != 0;

    [JsonIgnore]
    Guid? IIndexedState.MerchantId => MerchantId;

    [JsonIgnore]
    DateTimeOffset? IIndexedState.CreatedAt => CreatedAt;

    /// <inheritdoc />
    [JsonIgnore]
    public string StatusText => TextOf(Status);

    /// <inheritdoc />
    [JsonIgnore]
    public DateTimeOffset? DueAt => RequestRefundMachine.FirstDueAt(this) is { } refund && !(ProviderDueAt < refund) ? refund : ProviderDueAt;

    /// <summary>A state's name in storage.</summary>
    public static string TextOf(PaymentRequestStatus status) => status switch
    {
        PaymentRequestStatus.Submitted => "SUBMITTED",
        PaymentRequestStatus.InProgress => "IN_PROGRESS",
        PaymentRequestStatus.Completed => "COMPLETED",
        PaymentRequestStatus.Declined => "DECLINED",
        PaymentRequestStatus.Expired => "EXPIRED",
        PaymentRequestStatus.CancelPending => "CANCEL_PENDING",
        PaymentRequestStatus.Canceled => "CANCELED",
        PaymentRequestStatus.CancelFailed => "CANCEL_FAILED",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a payment request state."),
    };

    Waiting? IIndexedState.Waiting => Status switch
    {
        PaymentRequestStatus.CancelPending => new(WaitingFor.Cancel, CancelRequestedAt ?? UpdatedAt),
        PaymentRequestStatus.CancelFailed => new(WaitingFor.Operator, UpdatedAt),
        _ when Refunds.FirstOrDefault(static refund => refund.Operation is not null) is { } refund => new(WaitingFor.Settlement, refund.RequestedAt),
        _ => null,
    };

    /// <summary>What a caller may see.</summary>
    public PaymentRequestView ToView() => new(
        Id, MerchantId, Provider, PaymentType, AmountMinor, CurrencyCode, Description, Status, Paycode.For(Id), Klarna?.Url, CreatedAt, UpdatedAt,
        PaymentId, [.. Refunds.Select(refund => refund.ToView(Id))]);
}

/// <summary>An operation at Klarna that was decided and is not known to be finished.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Attempt">1 or more; part of the idempotency key of a create.</param>
/// <param name="AttemptBegunAt">When this attempt's key was first used (UTC).</param>
/// <param name="BegunAt">When the operation was decided (UTC).</param>
/// <param name="Failures">Tries without a definite answer.</param>
/// <param name="LastCause">Why the last try has no definite answer, or null.</param>
public sealed record RequestOperation(
    RequestOperationKind Kind,
    int Attempt,
    DateTimeOffset AttemptBegunAt,
    DateTimeOffset BegunAt,
    int Failures = 0,
    ProviderUncertainty? LastCause = null)
{
    /// <summary>The idempotency key: deterministic per request, operation and attempt. A create that is to be cancelled afterwards is still the same create.</summary>
    public string KeyFor(long paymentRequestId) =>
        $"payment-request-{paymentRequestId}-{(Kind == RequestOperationKind.Cancel ? "cancel" : "create")}-{Attempt}";
}

/// <summary>What a payment request can owe Klarna.</summary>
public enum RequestOperationKind
{
    /// <summary>Create the request.</summary>
    Create = 0,

    /// <summary>Create it only to learn its id and cancel it: the merchant cancelled while the create had no answer.</summary>
    CreateThenCancel = 1,

    /// <summary>Cancel the request.</summary>
    Cancel = 2,
}
