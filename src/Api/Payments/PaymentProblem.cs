using Microsoft.AspNetCore.Http;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>The v2 contract's errors: <c>{"title","status","detail"}</c> with the seed's wording where it has one.</summary>
internal static class PaymentProblem
{
    public static readonly IResult NotFound = Of(StatusCodes.Status404NotFound, "paymentId not found");

    public static readonly IResult RefundNotFound = Of(StatusCodes.Status404NotFound, "refundId not found");

    public static readonly IResult ProviderRefused =
        Of("PAYMENT_ERROR", StatusCodes.Status422UnprocessableEntity, "Cancellation processing failed");

    public static readonly IResult CaptureRefused =
        Of("PAYMENT_ERROR", StatusCodes.Status422UnprocessableEntity, "Capture processing failed");

    public static readonly IResult CaptureTooLarge = Unprocessable("Capture amount exceeds the authorized amount");

    public static readonly IResult UnknownAllocation = Unprocessable("Payment allocation not found, or named twice");

    public static readonly IResult RefundTooLarge = Unprocessable("Refund amount exceeds the amount that can be refunded");

    public static readonly IResult RefundIdUsed = Unprocessable("merchantTransactionId was already used for another refund");

    public static readonly IResult NotAcceptable = Of(StatusCodes.Status406NotAcceptable, "Only application/json can be produced");

    public static readonly IResult TooManyAttempts =
        Unprocessable("merchantTransactionId was used too often, use a new merchantTransactionId");

    public static readonly IResult UnknownPaymentMethod = Invalid("paymentMethodId not found");

    public static readonly IResult ConsentRequired = Invalid("consent is required for BANK_ACCOUNT payments");

    public static readonly IResult BankAccountIsSaleOnly = Invalid("authorizeCard must be false for BANK_ACCOUNT payments");

    public static readonly IResult InvalidSplit = Invalid("Both paymentAllocations of a split tender must be cards");

    public static IResult Invalid(string detail) => Of(StatusCodes.Status400BadRequest, detail);

    public static IResult Unprocessable(string detail) => Of(StatusCodes.Status422UnprocessableEntity, detail);

    public static IResult Of(BodyRefusal refusal) => Of(refusal.Status, refusal.Reason);

    public static IResult Of(int status, string detail) => Of(Title(status), status, detail);

    /// <summary>Why a payment in this state cannot be captured.</summary>
    public static IResult NotCapturable(PaymentStatus status) => Unprocessable($"Payment cannot be captured in {status.ToWire()} state");

    /// <summary>Why a payment in this state cannot be refunded.</summary>
    public static IResult NotRefundable(PaymentStatus status) => Unprocessable($"Payment cannot be refunded in {status.ToWire()} state");

    /// <summary>Why a payment in this state cannot be cancelled.</summary>
    public static IResult NotCancellable(PaymentStatus status) => Unprocessable(status switch
    {
        PaymentStatus.Failed => "Payment already failed",
        PaymentStatus.Cancelled => "Payment already cancelled",
        _ => $"Payment cannot be cancelled in {status.ToWire()} state",
    });

    private static JsonReply<PaymentProblemBody> Of(string title, int status, string detail) =>
        new(status, new PaymentProblemBody(title, status, detail), PaymentJson.Wire.PaymentProblemBody);

    private static string Title(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "UNAUTHORIZED",
        StatusCodes.Status403Forbidden => "FORBIDDEN",
        StatusCodes.Status404NotFound => "NOT_FOUND",
        StatusCodes.Status405MethodNotAllowed => "METHOD_NOT_ALLOWED",
        StatusCodes.Status406NotAcceptable => "NOT_ACCEPTABLE",
        StatusCodes.Status408RequestTimeout => "REQUEST_TIMEOUT",
        StatusCodes.Status409Conflict => "CONFLICT",
        StatusCodes.Status413PayloadTooLarge => "PAYLOAD_TOO_LARGE",
        StatusCodes.Status415UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
        StatusCodes.Status422UnprocessableEntity => "UNPROCESSABLE_ENTITY",
        StatusCodes.Status503ServiceUnavailable => "SERVICE_UNAVAILABLE",
        >= StatusCodes.Status500InternalServerError => "INTERNAL_SERVER_ERROR",
        _ => "INVALID_REQUEST",
    };
}
