using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.OpenApi;

namespace Payments.Api.PaymentRequests;

/// <summary><c>GET /api/payhub/v1/payment/request/{paymentRequestId}</c>.</summary>
public sealed class GetPaymentRequestModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapGet(PaymentRequestRoutes.Item, GetAsync)
        .ForApiKeys()
        .WithName("GetPaymentRequest")
        .WithSummary("Reads a payment request.")
        .Answers("Found", PaymentRequestReplies.Found(PaymentRequestExamples.Request(PaymentRequestStatus.Canceled)))
        .Answers("Paid and refunded in part", PaymentRequestReplies.Found(PaymentRequestExamples.Paid))
        .Answers("Request of a different merchant", PayhubProblem.ReadForbidden)
        .Answers("Request not found", PayhubProblem.NotFound);

    private static async Task<IResult> GetAsync(HttpContext context, string paymentRequestId, [FromServices] IGrainFactory grains)
    {
        if (!PaymentRequestRoutes.TryParseId(paymentRequestId, out var id))
            return PayhubProblem.NotFound(context);

        var merchantId = PayhubCall.Of(context).MerchantId;
        var result = await grains.GetGrain<IPaymentRequestGrain>(id).GetAsync(merchantId, context.RequestAborted);
        return result switch
        {
            { Access: PaymentRequestAccess.Granted, Request: { } request } => PaymentRequestReplies.Found(request),
            { Access: PaymentRequestAccess.NotFound } => PayhubProblem.NotFound(context),
            { Access: PaymentRequestAccess.ForeignMerchant } => PayhubProblem.ReadForbidden(context),
            _ => throw new InvalidOperationException($"A read cannot end as {result}."),
        };
    }
}
