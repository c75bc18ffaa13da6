using System.Text.Json.Serialization;

namespace Payments.Sandbox;

/// <summary>State of a Klarna payment request.</summary>
public enum KlarnaState
{
    /// <summary>Created, not opened by the customer.</summary>
    [JsonStringEnumMemberName("SUBMITTED")]
    Submitted,

    /// <summary>The customer is in the purchase flow.</summary>
    [JsonStringEnumMemberName("IN_PROGRESS")]
    InProgress,

    /// <summary>The customer completed it; final.</summary>
    [JsonStringEnumMemberName("COMPLETED")]
    Completed,

    /// <summary>Cancelled by the partner; final.</summary>
    [JsonStringEnumMemberName("CANCELED")]
    Canceled,

    /// <summary>Declined; final.</summary>
    [JsonStringEnumMemberName("DECLINED")]
    Declined,

    /// <summary>Expired; final.</summary>
    [JsonStringEnumMemberName("EXPIRED")]
    Expired,
}

/// <summary>What kind of object a customer pays by.</summary>
public enum KlarnaKind
{
    /// <summary>A payment request of API v2.</summary>
    [JsonStringEnumMemberName("payment_request")]
    PaymentRequest,

    /// <summary>An in-store session of the classic payments API.</summary>
    [JsonStringEnumMemberName("in_store_session")]
    InStoreSession,
}

/// <summary>One version of a Klarna payment request or in-store session. Immutable.</summary>
public sealed record KlarnaRecord
{
    /// <summary>Id: <c>krn:payment:eu1:request:&lt;uuid&gt;</c>, or a session's uuid.</summary>
    public required string Id { get; init; }

    /// <summary>Which of the two it is.</summary>
    public KlarnaKind Kind { get; init; }

    /// <summary>The customer's short code, of a session, as given.</summary>
    public string? ShortCode { get; init; }

    /// <summary>The order that its completion placed.</summary>
    public string? OrderId { get; init; }

    /// <summary>What was refunded of that order so far, in minor units.</summary>
    public long RefundedAmount { get; init; }

    /// <summary>Amount in minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>The partner's reference, as given.</summary>
    public string? Reference { get; init; }

    /// <summary>Where the customer returns to, as given.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>How the customer gets to Klarna: <c>HANDOVER</c>, <c>DEVICE_IDENTIFICATION</c> or <c>NONE</c>.</summary>
    public string? InteractionMethod { get; init; }

    /// <summary>Current state.</summary>
    public required KlarnaState State { get; init; }

    /// <summary>The state before; null when new.</summary>
    public KlarnaState? PreviousState { get; init; }

    /// <summary>Why it is in this state, such as <c>PARTNER_CANCELED</c>.</summary>
    public string? StateReason { get; init; }

    /// <summary>Session token of a completed request.</summary>
    public string? SessionToken { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it expires unless the customer completes it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether it can still be cancelled.</summary>
    [JsonIgnore]
    public bool IsOpen => State is KlarnaState.Submitted or KlarnaState.InProgress;

    /// <summary>State in Klarna's spelling.</summary>
    [JsonIgnore]
    public string StateName => Name(State);

    internal static string Name(KlarnaState state) => state switch
    {
        KlarnaState.Submitted => "SUBMITTED",
        KlarnaState.InProgress => "IN_PROGRESS",
        KlarnaState.Completed => "COMPLETED",
        KlarnaState.Canceled => "CANCELED",
        KlarnaState.Declined => "DECLINED",
        _ => "EXPIRED",
    };
}

/// <summary>A refund of an order. Klarna makes it at once.</summary>
/// <param name="Id">Its id.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="Reference">The partner's reference, as given.</param>
/// <param name="Description">As given.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record KlarnaRefund(string Id, string OrderId, long Amount, string? Reference, string? Description, DateTimeOffset CreatedAt);

/// <summary>The body of a Klarna error.</summary>
/// <param name="ErrorType">ACCESS_ERROR, INPUT_ERROR, RESOURCE_ERROR or TECHNICAL_ERROR.</param>
/// <param name="ErrorCode">What to branch on.</param>
/// <param name="Message">For the developer.</param>
/// <param name="Parameter">The parameter at fault, for VALIDATION_ERROR.</param>
public sealed record KlarnaFailure(string ErrorType, string ErrorCode, string Message, string? Parameter = null);

/// <summary>Names of the effective operations on a payment request.</summary>
internal static class KlarnaOperations
{
    public const string Create = "klarna.create";
    public const string Cancel = "klarna.cancel";
    public const string InProgress = "klarna.in_progress";
    public const string Complete = "klarna.complete";
    public const string Decline = "klarna.decline";
    public const string Expire = "klarna.expire";
    public const string Refund = "klarna.refund";
}

/// <summary>One answer of the Klarna side.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Record">The resource, of a success.</param>
/// <param name="Failure">The error, of a failure.</param>
internal sealed record KlarnaResult(int Status, KlarnaRecord? Record = null, KlarnaFailure? Failure = null)
{
    public int? RetryAfterSeconds { get; init; }

    /// <summary>A body given word for word by a status fault.</summary>
    public string? RawBody { get; init; }

    /// <summary>The refund, of a success that made one.</summary>
    public KlarnaRefund? Refund { get; init; }

    /// <summary>The refunds of an order, of a success that reads it.</summary>
    public IReadOnlyList<KlarnaRefund>? OrderRefunds { get; init; }

    public static KlarnaResult Error(int status, string type, string code, string message, string? parameter = null) =>
        new(status, Failure: new KlarnaFailure(type, code, message, parameter));

    public static KlarnaResult NotFound(string id) =>
        Error(StatusCodes.Status404NotFound, "RESOURCE_ERROR", "RESOURCE_NOT_FOUND", $"{id} was not found.");

    public static KlarnaResult ServerError(string message = "Internal server error.") =>
        Error(StatusCodes.Status500InternalServerError, "TECHNICAL_ERROR", "INTERNAL_SERVER_ERROR", message);
}
