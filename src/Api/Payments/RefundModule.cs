using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

/// <summary><c>POST /v2/refunds</c> and <c>GET /v2/refunds/{refundId}</c> (api-facts §2.7): full, partial or several, never more than was captured.</summary>
public sealed class RefundModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapPost("/v2/refunds", CreateAsync)
            .ForMerchants()
            .WithIdempotencyKey()
            .WithBodyErrors()
            .WithName("CreateRefund")
            .WithSummary("Gives back what a completed payment took, in full or in part.")
            .Reads(PaymentExamples.CreateRefund, Read)
            .Answers("Accepted", PaymentExamples.Replies.Accepted(PaymentExamples.Refund))
            .Answers("A field is missing", DocumentedRoutes.Refusing("{}", Read, static (_, error) => PaymentProblem.Invalid(error.Reason)))
            .Answers("Payment not found", PaymentProblem.NotFound)
            .Answers("Payment in AUTHORIZED state", PaymentProblem.NotRefundable(PaymentStatus.Authorized))
            .Answers("More than is left", PaymentProblem.RefundTooLarge)
            .Answers("Unknown allocation", PaymentProblem.UnknownAllocation)
            .Answers("Transaction id of another refund", PaymentProblem.RefundIdUsed);
        app.MapGet("/v2/refunds/{refundId}", GetAsync)
            .ForMerchants()
            .WithName("GetRefund")
            .WithSummary("Reads a refund.")
            .Answers("Found", PaymentReplies.Found(PaymentExamples.Refund with { Status = RefundState.Completed }))
            .Answers("Failed at the provider", PaymentReplies.Found(PaymentExamples.Refund with { Status = RefundState.Failed, Failure = "expired_or_canceled_card" }))
            .Answers("Refund not found", PaymentProblem.RefundNotFound);
    }

    private static void Read(FieldReader fields) => RefundPaymentBody.Read(fields, PaymentExamples.Caller, out _);

    private static async Task<IResult> CreateAsync(HttpContext context, [FromServices] IGrainFactory grains, [FromServices] PaymentReplies replies)
    {
        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PaymentProblem.Of(refusal);
        var command = RefundPaymentBody.Read(new FieldReader(body.Root), MerchantCall.Of(context), out var error);
        if (command is null)
            return PaymentProblem.Invalid(error!.Reason);

        if (await IdempotentCall.Of(context).BeginAsync(body.Root) is { } answered)
            return answered;

        var id = PaymentIds.ForRefund(command.MerchantId, command.MerchantTransactionId);

        // The caller's connection is no reason to stop half-way: what it asked for is carried out or refused.
        var result = await grains.GetGrain<IRefundGrain>(id).CreateAsync(command, CancellationToken.None);
        return result switch
        {
            { Outcome: RefundPaymentOutcome.Accepted, Refund: { } refund } => replies.Accepted(refund),
            { Outcome: RefundPaymentOutcome.NotFound } => PaymentProblem.NotFound,
            { Outcome: RefundPaymentOutcome.NotRefundable, Status: { } status } => PaymentProblem.NotRefundable(status),
            { Outcome: RefundPaymentOutcome.AmountTooLarge } => PaymentProblem.RefundTooLarge,
            { Outcome: RefundPaymentOutcome.UnknownAllocation } => PaymentProblem.UnknownAllocation,
            { Outcome: RefundPaymentOutcome.TransactionIdUsed } => PaymentProblem.RefundIdUsed,
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
