using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.Listing;

namespace Payments.Api.PaymentRequests;

/// <summary>Turns a payment request into the contract's answers.</summary>
internal static class PaymentRequestReplies
{
    /// <summary>200 of a create.</summary>
    public static IResult Created(PaymentRequestView request)
    {
        var body = new CreatedPaymentRequestBody(request.Id, request.Paycode, request.Paylink, ToWire(request.Status));
        return new JsonReply<CreatedPaymentRequestBody>(StatusCodes.Status200OK, body, PayhubJson.Wire.CreatedPaymentRequestBody);
    }

    /// <summary>200 of a GET.</summary>
    public static IResult Found(PaymentRequestView request) =>
        new JsonReply<PaymentRequestBody>(StatusCodes.Status200OK, BodyOf(request), PayhubJson.Wire.PaymentRequestBody);

    /// <summary>200 of a refund.</summary>
    public static IResult Refunded(PayhubRefundView refund)
    {
        var body = new RefundedPaymentBody(
            refund.Id, refund.ReferenceCode, refund.Status.ToString(), refund.ProviderRefundId, refund.PaymentId, refund.RequestedAt.UtcDateTime);
        return new JsonReply<RefundedPaymentBody>(StatusCodes.Status200OK, body, PayhubJson.Wire.RefundedPaymentBody);
    }

    /// <summary>200 of a list.</summary>
    public static IResult Listed(PaymentRequestPage page)
    {
        var paging = new PayhubPaging(page.Next is { } next ? ListCursor.ToText(next) : null);
        var body = new PaymentRequestListBody([.. page.Requests.Select(BodyOf)], paging);
        return new JsonReply<PaymentRequestListBody>(StatusCodes.Status200OK, body, PayhubJson.Wire.PaymentRequestListBody);
    }

    private static PaymentRequestBody BodyOf(PaymentRequestView request)
    {
        if (!Currency.TryFind(request.CurrencyCode, out var currency))
            throw new InvalidOperationException($"{request.CurrencyCode} is no currency that a request can have.");
        var refunds = request.Refunds.IsDefault ? [] : request.Refunds;
        return new PaymentRequestBody(
            request.Id, request.Provider, request.PaymentType, currency.ToMajor(request.AmountMinor), request.CurrencyCode, request.Description, ToWire(request.Status),
            request.Paycode, request.Paylink, request.CreatedAt.UtcDateTime, request.UpdatedAt.UtcDateTime, request.PaymentId,
            [.. refunds.Select(refund => new PaymentRefundBody(
                refund.Id, refund.ReferenceCode, currency.ToMajor(refund.AmountMinor), refund.Status.ToString(), refund.ProviderRefundId,
                refund.RequestedAt.UtcDateTime))]);
    }

    /// <summary>Every state in the contract's spelling.</summary>
    public static IReadOnlyList<string> Statuses { get; } = [.. Enum.GetValues<PaymentRequestStatus>().Select(ToWire)];

    /// <summary>The state that one of <see cref="Statuses"/> spells, or null for null.</summary>
    public static PaymentRequestStatus? Parse(string? text) =>
        text is null ? null : Enum.GetValues<PaymentRequestStatus>().Single(status => ToWire(status) == text);

    /// <summary>The contract's spelling of a state; <c>canceled</c> is the seed's, the others follow it.</summary>
    public static string ToWire(PaymentRequestStatus status) => status switch
    {
        PaymentRequestStatus.Submitted => "submitted",
        PaymentRequestStatus.InProgress => "in_progress",
        PaymentRequestStatus.Completed => "completed",
        PaymentRequestStatus.Declined => "declined",
        PaymentRequestStatus.Expired => "expired",
        PaymentRequestStatus.CancelPending => "cancel_pending",
        PaymentRequestStatus.Canceled => "canceled",
        PaymentRequestStatus.CancelFailed => "cancel_failed",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a payment request state."),
    };
}
