using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

// Properties are written in the order in which they are declared, which is the seed's. The two amounts of a pre-authorization (api-facts §2.2)
// are left out where the view has none, as in every example of the seed.

/// <summary>Answer to a create and to a cancel.</summary>
internal sealed record AcceptedPaymentBody([property: Description("Where to read the payment.")] string Url, AcceptedPayment Data);

/// <summary>A payment as the 202 answers show it.</summary>
internal sealed record AcceptedPayment(
    Guid Id,
    [property: StringLength(CreatePaymentBody.TransactionIdLengthMax)] string MerchantTransactionId,
    [property: Range(1, (int)CreatePaymentBody.AmountMinorMax)] long Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("What a pre-authorization holds.")] long? AuthorizedAmount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("What was taken of it.")] long? CapturedAmount,
    [property: SpellingOf(typeof(PaymentStatus))] string Status,
    ImmutableArray<AllocationBody> PaymentAllocations);

/// <summary>Answer to a GET.</summary>
internal sealed record PaymentBody(PaymentData Data);

/// <summary>A payment as the GET shows it: the seed leaves the merchant's transaction id out.</summary>
internal sealed record PaymentData(
    Guid Id,
    [property: Range(1, (int)CreatePaymentBody.AmountMinorMax)] long Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("What a pre-authorization holds.")] long? AuthorizedAmount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("What was taken of it.")] long? CapturedAmount,
    [property: SpellingOf(typeof(PaymentStatus))] string Status,
    ImmutableArray<AllocationBody> PaymentAllocations);

/// <summary>Answer to a list.</summary>
internal sealed record PaymentListBody(ImmutableArray<ListedPayment> Data, Paging Paging);

/// <summary>A payment as a list shows it: as the 202 answers do, and with what the list goes by.</summary>
internal sealed record ListedPayment(
    Guid Id,
    [property: StringLength(CreatePaymentBody.TransactionIdLengthMax)] string MerchantTransactionId,
    [property: Range(1, (int)CreatePaymentBody.AmountMinorMax)] long Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("What a pre-authorization holds.")] long? AuthorizedAmount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("What was taken of it.")] long? CapturedAmount,
    [property: SpellingOf(typeof(PaymentStatus))] string Status,
    ImmutableArray<AllocationBody> PaymentAllocations,
    DateTime CreatedAt);

/// <summary>How a list goes on: the next page's cursor, or null after the last one.</summary>
internal sealed record Paging([property: Description("The next page's cursor; null on the last page.")] string? Next);

/// <summary>One allocation. What it says beyond its state is only said of the cards of a split tender.</summary>
internal sealed record AllocationBody(
    Guid Id,
    [property: Range(1, (int)CreatePaymentBody.AmountMinorMax)] long Amount,
    [property: SpellingOf(typeof(AllocationStatus))] string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("The provider's word for why this card of a split tender failed.")]
    string? Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("How this card is taken back because the other one failed.")]
    RemediationBody? Remediation);

/// <summary>How one card of a split tender is taken back.</summary>
internal sealed record RemediationBody(
    [property: SpellingOf(typeof(RemediationAction))] string Action,
    [property: SpellingOf(typeof(RemediationStatus))] string Status);

/// <summary>Answer to a request for a refund.</summary>
internal sealed record AcceptedRefundBody([property: Description("Where to read the refund.")] string Url, RefundData Data);

/// <summary>Answer to a GET of a refund.</summary>
internal sealed record RefundBody(RefundData Data);

/// <summary>A refund.</summary>
internal sealed record RefundData(
    Guid Id,
    Guid PaymentId,
    [property: StringLength(CreatePaymentBody.TransactionIdLengthMax)] string MerchantTransactionId,
    [property: Range(1, (int)CreatePaymentBody.AmountMinorMax)] long Amount,
    [property: SpellingOf(typeof(CancellationReason))] string Reason,
    [property: SpellingOf(typeof(RefundState))] string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("The provider's word for why it failed.")] string? Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("What goes back to each card of a split tender.")]
    IReadOnlyList<RefundAllocationBody>? RefundAllocations);

/// <summary>The part of a refund that goes back to one card of a split tender.</summary>
internal sealed record RefundAllocationBody(
    Guid Id,
    [property: Range(1, (int)CreatePaymentBody.AmountMinorMax)] long Amount,
    [property: SpellingOf(typeof(RefundState))] string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), Description("The provider's word for why it failed.")] string? Error);

/// <summary>An error.</summary>
internal sealed record PaymentProblemBody(string Title, int Status, string Detail);
