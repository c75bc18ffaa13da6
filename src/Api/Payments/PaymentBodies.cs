using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Payments.Api.Payments;

// Properties are written in the order in which they are declared, which is the seed's. The two amounts of a pre-authorization (api-facts §2.2)
// are left out where the view has none, as in every example of the seed.

/// <summary>Answer to a create and to a cancel.</summary>
internal sealed record AcceptedPaymentBody(string Url, AcceptedPayment Data);

/// <summary>A payment as the 202 answers show it.</summary>
internal sealed record AcceptedPayment(
    Guid Id,
    string MerchantTransactionId,
    long Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? AuthorizedAmount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? CapturedAmount,
    string Status,
    ImmutableArray<AllocationBody> PaymentAllocations);

/// <summary>Answer to a GET.</summary>
internal sealed record PaymentBody(PaymentData Data);

/// <summary>A payment as the GET shows it: the seed leaves the merchant's transaction id out.</summary>
internal sealed record PaymentData(
    Guid Id,
    long Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? AuthorizedAmount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? CapturedAmount,
    string Status,
    ImmutableArray<AllocationBody> PaymentAllocations);

/// <summary>Answer to a list.</summary>
internal sealed record PaymentListBody(ImmutableArray<ListedPayment> Data, Paging Paging);

/// <summary>A payment as a list shows it: as the 202 answers do, and with what the list goes by.</summary>
internal sealed record ListedPayment(
    Guid Id,
    string MerchantTransactionId,
    long Amount,
    string Status,
    ImmutableArray<AllocationBody> PaymentAllocations,
    DateTime CreatedAt);

/// <summary>How a list goes on: the next page's cursor, or null after the last one.</summary>
internal sealed record Paging(string? Next);

/// <summary>One allocation.</summary>
internal sealed record AllocationBody(Guid Id, long Amount, string Status);

/// <summary>Answer to a request for a refund.</summary>
internal sealed record AcceptedRefundBody(string Url, RefundData Data);

/// <summary>Answer to a GET of a refund.</summary>
internal sealed record RefundBody(RefundData Data);

/// <summary>A refund.</summary>
internal sealed record RefundData(
    Guid Id,
    Guid PaymentId,
    string MerchantTransactionId,
    long Amount,
    string Reason,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

/// <summary>An error.</summary>
internal sealed record PaymentProblemBody(string Title, int Status, string Detail);
