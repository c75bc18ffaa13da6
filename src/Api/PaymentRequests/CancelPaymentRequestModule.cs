using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;

namespace Payments.Api.PaymentRequests;

/// <summary><c>PATCH /api/payhub/v1/payment/request/{paymentRequestId}</c> (seed, "Cancel Payment Request").</summary>
public sealed class CancelPaymentRequestModule : ICarterModule
{
    private const string StatusField = "Status";
    private const string Canceled = "canceled";

    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapPatch(PaymentRequestRoutes.Item, CancelAsync)
        .ForApiKeys()
        .WithIdempotencyKey()
        .WithItemErrors()
        .WithBodyErrors()
        .WithName("CancelPaymentRequest")
        .WithSummary("Cancels a Klarna payment request before the customer completes the payment.")
        .Produces<CanceledPaymentRequestBody>()
        .Produces<PayhubProblemBody>(StatusCodes.Status409Conflict);

    private static async Task<IResult> CancelAsync(HttpContext context, string paymentRequestId, [FromServices] IGrainFactory grains)
    {
        if (!PaymentRequestRoutes.TryParseId(paymentRequestId, out var id))
            return PayhubProblem.NotFound(context);

        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PayhubProblem.Of(context, refusal);
        var fields = new FieldReader(body.Root);
        if (fields.Word(StatusField, isRequired: true) is not null and not Canceled)
            fields.Refuse(StatusField, $"{StatusField} must be '{Canceled}'");
        if (fields.Error is { } error)
            return PayhubProblem.Invalid(context, error);

        var request = IdempotentCall.Of(context);
        if (await request.BeginAsync(body.Root) is { } answered)
            return answered;
        var call = PayhubCall.Of(context);
        var command = new CancelPaymentRequest(call.MerchantId, call.Actor, request.CommandId);

        // The caller's connection is no reason to stop half-way: what it asked for is carried out or refused.
        var outcome = await grains.GetGrain<IPaymentRequestGrain>(id).CancelAsync(command, CancellationToken.None);
        return outcome switch
        {
            CancelPaymentRequestOutcome.Canceled => new JsonReply<CanceledPaymentRequestBody>(
                StatusCodes.Status200OK, new CanceledPaymentRequestBody(), PayhubJson.Wire.CanceledPaymentRequestBody),
            CancelPaymentRequestOutcome.NotFound => PayhubProblem.NotFound(context),
            CancelPaymentRequestOutcome.ForeignMerchant => PayhubProblem.CancelForbidden(context),
            CancelPaymentRequestOutcome.NotKlarna => PayhubProblem.NotKlarna(context),
            CancelPaymentRequestOutcome.AlreadyFinal => PayhubProblem.AlreadyFinal(context),
            CancelPaymentRequestOutcome.Failed => PayhubProblem.CancelFailed(context),
            _ => throw new InvalidOperationException($"A cancel cannot end as {outcome}."),
        };
    }
}
