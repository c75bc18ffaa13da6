using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary><c>POST /v2/refunds</c> and <c>GET /v2/refunds/{refundId}</c> (api-facts §2.7): full, partial or several, never more than was captured.</summary>
public sealed class RefundModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapPost("/v2/refunds", CreateAsync)
            .ForMerchants()
            .WithBodyErrors()
            .WithName("CreateRefund")
            .WithSummary("Gives back what a completed payment took, in full or in part.")
            .Produces<AcceptedRefundBody>(StatusCodes.Status202Accepted)
            .Produces<PaymentProblemBody>(StatusCodes.Status404NotFound);
        app.MapGet("/v2/refunds/{refundId}", GetAsync)
            .ForMerchants()
            .WithName("GetRefund")
            .WithSummary("Reads a refund.")
            .Produces<RefundBody>()
            .Produces<PaymentProblemBody>(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, [FromServices] IGrainFactory grains, [FromServices] PaymentReplies replies)
    {
        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PaymentProblem.Of(refusal);
        var command = RefundPaymentBody.Read(body.Root, MerchantCall.Of(context), out var error);
        if (command is null)
            return PaymentProblem.Invalid(error!.Reason);

        var id = PaymentIds.ForRefund(command.MerchantId, command.MerchantTransactionId);

        // The caller's connection is no reason to stop half-way: what it asked for is carried out or refused.
        var result = await grains.GetGrain<IRefundGrain>(id).CreateAsync(command, CancellationToken.None);
        return result switch
        {
            { Outcome: RefundPaymentOutcome.Accepted, Refund: { } refund } => replies.Accepted(refund),
            { Outcome: RefundPaymentOutcome.NotFound } => PaymentProblem.NotFound,
            { Outcome: RefundPaymentOutcome.NotRefundable, Status: { } status } =>
                PaymentProblem.Unprocessable($"Payment cannot be refunded in {status.ToWire()} state"),
            { Outcome: RefundPaymentOutcome.AmountTooLarge } => PaymentProblem.Unprocessable("Refund amount exceeds the amount that can be refunded"),
            { Outcome: RefundPaymentOutcome.TransactionIdUsed } =>
                PaymentProblem.Unprocessable("merchantTransactionId was already used for another refund"),
            _ => throw new InvalidOperationException($"A refund cannot end as {result}."),
        };
    }

    private static async Task<IResult> GetAsync(HttpContext context, string refundId, [FromServices] IGrainFactory grains)
    {
        if (!UuidText.TryParse(refundId, out var id))
            return PaymentProblem.RefundNotFound;

        var refund = await grains.GetGrain<IRefundGrain>(id).GetAsync(MerchantCall.Of(context).MerchantId, context.RequestAborted);
        return refund is null ? PaymentProblem.RefundNotFound : PaymentReplies.Found(refund);
    }
}
