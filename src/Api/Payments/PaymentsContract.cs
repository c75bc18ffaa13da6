using Microsoft.AspNetCore.Http;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>The v2 contract's errors outside its routes.</summary>
internal sealed class PaymentsContract : IContract
{
    public PathString Prefix => "/v2";

    public IResult Refused(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => PaymentProblem.Of(status, "Resource not found"),
        StatusCodes.Status405MethodNotAllowed => PaymentProblem.Of(status, $"{context.Request.Method} is not supported here"),
        StatusCodes.Status413PayloadTooLarge => PaymentProblem.Of(BodyRefusal.TooLarge),
        StatusCodes.Status408RequestTimeout => PaymentProblem.Of(status, "Request body did not arrive in time"),
        _ => PaymentProblem.Of(status, "Request is not valid HTTP"),
    };

    public IResult Failed(HttpContext context, bool isTemporary)
    {
        if (!isTemporary)
            return PaymentProblem.Of(StatusCodes.Status500InternalServerError, "Unexpected error");
        context.Response.Headers.RetryAfter = "1";
        return PaymentProblem.Of(StatusCodes.Status503ServiceUnavailable, "Service temporarily unavailable, try again");
    }
}
