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
    DateTime UpdatedAt);

/// <summary>Answer to a list.</summary>
internal sealed record PaymentRequestListBody(IReadOnlyList<PaymentRequestBody> Data, PayhubPaging Paging);

/// <summary>How a list goes on: the next page's cursor, or null after the last one.</summary>
internal sealed record PayhubPaging([property: Description("The next page's cursor; null on the last page.")] string? Next);

/// <summary>Answer to a cancel: <c>{}</c>.</summary>
internal sealed record CanceledPaymentRequestBody;
