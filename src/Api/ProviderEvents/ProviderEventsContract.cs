using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.Payments;

namespace Payments.Api.ProviderEvents;

/// <summary>What providers are answered beside the routes. They look at the status only; the body is for whoever reads their
/// dashboard.</summary>
internal sealed class ProviderEventsContract : IContract
{
    public const string Path = "/provider-events";

    public static readonly IResult TooLarge =
        PaymentProblem.Of(StatusCodes.Status413PayloadTooLarge, $"Request body must not be larger than {RawBody.BytesMax} bytes");

    public PathString Prefix => Path;

    public IResult Refused(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => PaymentProblem.Of(status, "Resource not found"),
        StatusCodes.Status405MethodNotAllowed => PaymentProblem.Of(status, $"{context.Request.Method} is not supported here"),
        StatusCodes.Status413PayloadTooLarge => TooLarge,
        StatusCodes.Status408RequestTimeout => PaymentProblem.Of(status, "Request body did not arrive in time"),
        _ => PaymentProblem.Of(status, "Request is not valid HTTP"),
    };

    // Whatever went wrong here, the event is neither applied nor kept: the provider must send it again.
    public IResult Failed(HttpContext context, bool isTemporary)
    {
        context.Response.Headers.RetryAfter = "1";
        return PaymentProblem.Of(StatusCodes.Status503ServiceUnavailable, "Service temporarily unavailable, try again");
    }
}
