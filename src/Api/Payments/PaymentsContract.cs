using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.Idempotency;

namespace Payments.Api.Payments;

/// <summary>The v2 contract's errors outside its routes.</summary>
internal sealed class PaymentsContract : IMerchantContract
{
    public string Name => "v2";

    public PathString Prefix => "/v2";

    public Guid MerchantOf(HttpContext context) => MerchantCall.Of(context).MerchantId;

    public IResult Refused(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => PaymentProblem.Of(status, "Resource not found"),
        StatusCodes.Status405MethodNotAllowed => PaymentProblem.Of(status, $"{context.Request.Method} is not supported here"),
        StatusCodes.Status413PayloadTooLarge => PaymentProblem.Of(BodyRefusal.TooLarge),
        StatusCodes.Status408RequestTimeout => PaymentProblem.Of(status, "Request body did not arrive in time"),
        _ => PaymentProblem.Of(status, "Request is not valid HTTP"),
    };

    public IResult Refused(HttpContext context, IdempotencyRefusal refusal) => refusal switch
    {
        IdempotencyRefusal.InvalidKey => PaymentProblem.Invalid(IdempotencyKeyHeader.Rule),
        IdempotencyRefusal.InFlight => PaymentProblem.Of(StatusCodes.Status409Conflict, "A request with this Idempotency-Key is in progress"),
        IdempotencyRefusal.OtherRequest => PaymentProblem.Unprocessable("Idempotency-Key was used with another request"),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "Not a refusal."),
    };

    public IResult Failed(HttpContext context, bool isTemporary)
    {
        if (!isTemporary)
            return PaymentProblem.Of(StatusCodes.Status500InternalServerError, "Unexpected error");
        context.Response.Headers.RetryAfter = "1";
        return PaymentProblem.Of(StatusCodes.Status503ServiceUnavailable, "Service temporarily unavailable, try again");
    }
}
