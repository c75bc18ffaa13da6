using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.OpenApi;

namespace Payments.Api.PaymentRequests;

/// <summary><c>PATCH /api/payhub/v1/payment/request/{paymentRequestId}</c> (seed, "Cancel Payment Request").</summary>
public sealed class CancelPaymentRequestModule : ICarterModule
{
    private const string StatusField = "Status";
    private static readonly string[] Statuses = ["canceled"];

    private static readonly IResult Canceled = new JsonReply<CanceledPaymentRequestBody>(
        StatusCodes.Status200OK, new CanceledPaymentRequestBody(), PayhubJson.Wire.CanceledPaymentRequestBody);

    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapPatch(PaymentRequestRoutes.Item, CancelAsync)
        .ForApiKeys()
        .WithIdempotencyKey()
        .WithBodyErrors()
        .WithName("CancelPaymentRequest")
        .WithSummary("Cancels a Klarna payment request before the customer completes the payment.")
        .Reads(PaymentRequestExamples.Cancel, Read)
        .Answers("Cancelled", Canceled)
        .Answers("Another Status than canceled", DocumentedRoutes.Refusing("""{"Status":"paid"}""", Read, PayhubProblem.Invalid))
        .Answers("Not a Klarna payment", PayhubProblem.NotKlarna)
        .Answers("Request of a different merchant", PayhubProblem.CancelForbidden)
        .Answers("Request not found", PayhubProblem.NotFound)
        .Answers("Already cancelled or completed", PayhubProblem.AlreadyFinal);

    private static void Read(FieldReader fields) =>
        fields.OneOf(StatusField, Statuses, isRequired: true, $"{StatusField} must be '{Statuses[0]}'");

    private static async Task<IResult> CancelAsync(HttpContext context, string paymentRequestId, [FromServices] IGrainFactory grains)
    {
        if (!PaymentRequestRoutes.TryParseId(paymentRequestId, out var id))
            return PayhubProblem.NotFound(context);

        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PayhubProblem.Of(context, refusal);
        var fields = new FieldReader(body.Root);
        Read(fields);
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
            CancelPaymentRequestOutcome.Canceled => Canceled,
            CancelPaymentRequestOutcome.NotFound => PayhubProblem.NotFound(context),
            CancelPaymentRequestOutcome.ForeignMerchant => PayhubProblem.CancelForbidden(context),
            CancelPaymentRequestOutcome.NotKlarna => PayhubProblem.NotKlarna(context),
            CancelPaymentRequestOutcome.AlreadyFinal => PayhubProblem.AlreadyFinal(context),
            CancelPaymentRequestOutcome.Failed => PayhubProblem.CancelFailed(context),
            _ => throw new InvalidOperationException($"A cancel cannot end as {outcome}."),
        };
    }
}
