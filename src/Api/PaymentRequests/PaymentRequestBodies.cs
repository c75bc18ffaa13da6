using System.ComponentModel;
using Payments.Api.OpenApi;

namespace Payments.Api.PaymentRequests;

/// <summary>Answer to a create; it begins as the public document's does (api-facts §1.3).</summary>
internal sealed record CreatedPaymentRequestBody(
    long PaymentRequestId,
    [property: Description("Creditor reference (ISO 11649).")] string Paycode,
    [property: Description("Where the customer pays.")] string? Paylink,
    [property: SpellingOf(typeof(PaymentRequestStatus))] string Status);

/// <summary>Answer to a GET. <c>Amount</c> is in major units.</summary>
internal sealed record PaymentRequestBody(
    long PaymentRequestId,
    string Provider,
    string PaymentType,
    [property: Description("In major units, with the currency's decimals.")] decimal Amount,
    string Currency,
    string? Description,
    [property: SpellingOf(typeof(PaymentRequestStatus))] string Status,
    [property: Description("Creditor reference (ISO 11649).")] string Paycode,
    [property: Description("Where the customer pays.")] string? Paylink,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    [property: Description("The payment, which a refund names; null before the customer has paid.")] long? PaymentId,
    IReadOnlyList<PaymentRefundBody> Refunds);

/// <summary>A refund within the answer to a GET. <c>Amount</c> is in major units.</summary>
internal sealed record PaymentRefundBody(
    long RefundRequestId,
    string ReferenceCode,
    [property: Description("In major units, with the currency's decimals.")] decimal Amount,
    [property: SpellingOf(typeof(PayhubRefundStatus))] string Status,
    string? ProviderRefundId,
    DateTime RequestedAt);

/// <summary>Answer to a refund, as the public document shows it (api-facts §1.4).</summary>
internal sealed record RefundedPaymentBody(
    long RefundRequestId,
    [property: Description("Ours at Klarna; on its settlement reports.")] string ReferenceCode,
    [property: SpellingOf(typeof(PayhubRefundStatus))] string Status,
    string? ProviderRefundId,
    long PaymentId,
    DateTime RequestedAt);

/// <summary>Answer to a list.</summary>
internal sealed record PaymentRequestListBody(IReadOnlyList<PaymentRequestBody> Data, PayhubPaging Paging);

/// <summary>How a list goes on: the next page's cursor, or null after the last one.</summary>
internal sealed record PayhubPaging([property: Description("The next page's cursor; null on the last page.")] string? Next);

/// <summary>Answer to a cancel: <c>{}</c>.</summary>
internal sealed record CanceledPaymentRequestBody;
