using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.Payments;

namespace Payments.Api.Operators;

/// <summary>What operators are answered beside the routes, in the form of the v2 contract's errors.</summary>
internal sealed class OperatorContract : IContract
{
    public const string Path = "/operator/v1";

    public PathString Prefix => "/operator";

    public IResult Refused(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => PaymentProblem.Of(status, "Resource not found"),
        StatusCodes.Status405MethodNotAllowed => PaymentProblem.Of(status, $"{context.Request.Method} is not supported here"),
        _ => PaymentProblem.Of(status, "Request is not valid HTTP"),
    };

    public IResult Failed(HttpContext context, bool isTemporary) => isTemporary
        ? PaymentProblem.Of(StatusCodes.Status503ServiceUnavailable, "Service temporarily unavailable, try again")
        : PaymentProblem.Of(StatusCodes.Status500InternalServerError, "Unexpected error");
}
