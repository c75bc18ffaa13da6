using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.Idempotency;

namespace Payments.Api.PaymentRequests;

/// <summary>Payhub's errors outside its routes.</summary>
internal sealed class PayhubContract : IMerchantContract
{
    public string Name => "payhub";

    public PathString Prefix => "/api/payhub";

    public Guid MerchantOf(HttpContext context) => PayhubCall.Of(context).MerchantId;

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

    public IResult Refused(HttpContext context, IdempotencyRefusal refusal)
    {
        var (status, detail, reason) = refusal switch
        {
            IdempotencyRefusal.InvalidKey => (StatusCodes.Status400BadRequest, "Request is not valid", IdempotencyKeyHeader.Rule),
            IdempotencyRefusal.InFlight =>
                (StatusCodes.Status409Conflict, "Request is in progress", "A request with this Idempotency-Key is in progress"),
            IdempotencyRefusal.OtherRequest =>
                (StatusCodes.Status422UnprocessableEntity, "Request is not valid", "Idempotency-Key was used with another request"),
            _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "Not a refusal."),
        };
        return PayhubProblem.Of(context, status, detail, IdempotencyKeyHeader.Name, reason);
    }

    // The contract knows one answer to every failure of ours; only its detail says what was asked for.
    public IResult Failed(HttpContext context, bool isTemporary) => context.Request.Method switch
    {
        "PATCH" => PayhubProblem.CancelFailed(context),
        "POST" when PaymentRequestRoutes.IsRefund(context.Request.Path) => RefundProblem.Failed(context),
        "POST" => PayhubProblem.CreateFailed(context),
        _ => PayhubProblem.ReadFailed(context),
    };
}
