using Microsoft.AspNetCore.Http;
using Payments.Api.Http;

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
    public static IResult Found(PaymentRequestView request)
    {
        var amount = Currency.TryFind(request.CurrencyCode, out var currency)
            ? currency.ToMajor(request.AmountMinor)
            : throw new InvalidOperationException($"{request.CurrencyCode} is no currency that a request can have.");
        var body = new PaymentRequestBody(
            request.Id, request.Provider, request.PaymentType, amount, request.CurrencyCode, request.Description, ToWire(request.Status),
            request.Paycode, request.Paylink, request.CreatedAt.UtcDateTime, request.UpdatedAt.UtcDateTime);
        return new JsonReply<PaymentRequestBody>(StatusCodes.Status200OK, body, PayhubJson.Wire.PaymentRequestBody);
    }

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
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a payment request state."),
    };
}
