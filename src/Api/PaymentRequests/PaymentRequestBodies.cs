namespace Payments.Api.PaymentRequests;

/// <summary>Answer to a create; it begins as the public document's does (api-facts §1.3).</summary>
internal sealed record CreatedPaymentRequestBody(long PaymentRequestId, string Paycode, string? Paylink, string Status);

/// <summary>Answer to a GET. <c>Amount</c> is in major units.</summary>
internal sealed record PaymentRequestBody(
    long PaymentRequestId,
    string Provider,
    string PaymentType,
    decimal Amount,
    string Currency,
    string? Description,
    string Status,
    string Paycode,
    string? Paylink,
    DateTime CreatedAt,
    DateTime UpdatedAt);

/// <summary>Answer to a list.</summary>
internal sealed record PaymentRequestListBody(IReadOnlyList<PaymentRequestBody> Data, PayhubPaging Paging);

/// <summary>How a list goes on: the next page's cursor, or null after the last one.</summary>
internal sealed record PayhubPaging(string? Next);

/// <summary>Answer to a cancel: <c>{}</c>.</summary>
internal sealed record CanceledPaymentRequestBody;
