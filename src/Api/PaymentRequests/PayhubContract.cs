using Microsoft.AspNetCore.Http;
using Payments.Api.Http;

namespace Payments.Api.PaymentRequests;

/// <summary>Payhub's errors outside its routes.</summary>
internal sealed class PayhubContract : IContract
{
    public PathString Prefix => "/api/payhub";

    public IResult Refused(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => PayhubProblem.Of(context, status, "Resource not found", "Path", "There is nothing at this path"),
        StatusCodes.Status405MethodNotAllowed =>
            PayhubProblem.Of(context, status, "Method not allowed", "Method", $"{context.Request.Method} is not supported here"),
        StatusCodes.Status413PayloadTooLarge => PayhubProblem.Of(context, BodyRefusal.TooLarge),
        StatusCodes.Status408RequestTimeout =>
            PayhubProblem.Of(context, status, "Request is not valid", "Body", "Request body did not arrive in time"),
        _ => PayhubProblem.Of(context, status, "Request is not valid", "Body", "Request is not valid HTTP"),
    };

    // The contract knows one answer to every failure of ours; only its detail says what was asked for.
    public IResult Failed(HttpContext context, bool isTemporary) => PayhubProblem.Failed(context, context.Request.Method switch
    {
        "PATCH" => "Failed to cancel payment request",
        "POST" => "Failed to create payment request",
        _ => "Failed to read payment request",
    });
}
