using Microsoft.AspNetCore.Http;
using Payments.Api.Http;

namespace Payments.Api.PaymentRequests;

/// <summary>Payhub's errors: the seed's rows word for word, and in the same shape those that it has no row for.</summary>
internal static class PayhubProblem
{
    public static IResult NotKlarna(HttpContext context) => Of(
        context, StatusCodes.Status400BadRequest, "Payment request is not a Klarna payment",
        "Provider", "Cancellation is only supported for Klarna payments");

    public static IResult CancelForbidden(HttpContext context) => Of(
        context, StatusCodes.Status403Forbidden, "You are not authorized to cancel this payment request",
        "Authorization", "Payment request belongs to a different merchant");

    public static IResult ReadForbidden(HttpContext context) => Of(
        context, StatusCodes.Status403Forbidden, "You are not authorized to read this payment request",
        "Authorization", "Payment request belongs to a different merchant");

    public static IResult NotFound(HttpContext context) => Of(
        context, StatusCodes.Status404NotFound, "Payment request not found",
        "PaymentRequest", "No payment request found with the given ID");

    public static IResult AlreadyFinal(HttpContext context) => Of(
        context, StatusCodes.Status409Conflict, "Payment request cannot be cancelled",
        "Status", "Payment request is already cancelled or completed");

    public static IResult CreateRefused(HttpContext context) => Of(
        context, StatusCodes.Status400BadRequest, "Payment request was refused", "Provider", "The provider refused the payment request");

    public static IResult CreateFailed(HttpContext context) => Failed(context, "Failed to create payment request");

    public static IResult ReadFailed(HttpContext context) => Failed(context, "Failed to read payment request");

    public static IResult NotAuthenticated(HttpContext context) => Of(
        context, StatusCodes.Status401Unauthorized, "You are not authenticated", "Authorization", "API key is missing or not valid");

    public static IResult NotAcceptable(HttpContext context) => Of(
        context, StatusCodes.Status406NotAcceptable, "Request is not valid", "Accept", "Only application/json can be produced");

    public static IResult CancelFailed(HttpContext context) => Failed(context, "Failed to cancel payment request");

    public static IResult Failed(HttpContext context, string detail) => Of(
        context, StatusCodes.Status500InternalServerError, detail, "Server", "Internal server error");

    public static IResult Invalid(HttpContext context, FieldError error) => Of(
        context, StatusCodes.Status400BadRequest, "Request is not valid", error.Field, error.Reason);

    public static IResult Of(HttpContext context, BodyRefusal refusal) => Of(
        context, refusal.Status, "Request is not valid", "Body", refusal.Reason);

    public static IResult Of(HttpContext context, int status, string detail, string name, string reason) =>
        Of(context, status, detail, [new PayhubErrorBody(name, reason)]);

    public static IResult Of(HttpContext context, int status, string detail, IReadOnlyList<PayhubErrorBody>? errors)
    {
        var (section, title) = Kind(status);
        var instance = (context.Request.PathBase + context.Request.Path).ToUriComponent();
        var body = new PayhubProblemBody(
            $"https://www.rfc-editor.org/rfc/{section}", title, status, instance, TraceId: null, detail, errors);
        return new JsonReply<PayhubProblemBody>(status, body, PayhubJson.Wire.PayhubProblemBody);
    }

    // 500 points to the section on 400: so does the seed.
    private static (string Section, string Title) Kind(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => ("rfc7235#section-3.1", "Unauthorized"),
        StatusCodes.Status403Forbidden => ("rfc7231#section-6.5.3", "Forbidden"),
        StatusCodes.Status404NotFound => ("rfc7231#section-6.5.4", "Not Found"),
        StatusCodes.Status405MethodNotAllowed => ("rfc7231#section-6.5.5", "Method Not Allowed"),
        StatusCodes.Status406NotAcceptable => ("rfc7231#section-6.5.6", "Not Acceptable"),
        StatusCodes.Status408RequestTimeout => ("rfc7231#section-6.5.7", "Request Timeout"),
        StatusCodes.Status409Conflict => ("rfc7231#section-6.5.8", "Conflict"),
        StatusCodes.Status413PayloadTooLarge => ("rfc7231#section-6.5.11", "Payload Too Large"),
        StatusCodes.Status415UnsupportedMediaType => ("rfc7231#section-6.5.13", "Unsupported Media Type"),
        StatusCodes.Status422UnprocessableEntity => ("rfc4918#section-11.2", "Unprocessable Entity"),
        >= StatusCodes.Status500InternalServerError => ("rfc7231#section-6.5.1", "One or more errors occurred."),
        _ => ("rfc7231#section-6.5.1", "Bad Request"),
    };
}
