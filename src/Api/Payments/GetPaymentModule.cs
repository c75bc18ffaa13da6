using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

/// <summary><c>GET /v2/payments/{paymentId}</c> (seed, "GET — After Cancellation").</summary>
public sealed class GetPaymentModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapGet("/v2/payments/{paymentId}", GetAsync)
        .ForMerchants()
        .WithName("GetPayment")
        .WithSummary("Reads a payment.")
        .Answers("After cancellation", PaymentReplies.Found(PaymentExamples.Payment(PaymentStatus.Cancelled)))
        .Answers("Authorized", PaymentReplies.Found(PaymentExamples.Payment(PaymentStatus.Authorized)))
        .Answers("Payment not found", PaymentProblem.NotFound);

    private static async Task<IResult> GetAsync(HttpContext context, string paymentId, [FromServices] IGrainFactory grains)
    {
        if (!UuidText.TryParse(paymentId, out var id))
            return PaymentProblem.NotFound;
        var payment = await grains.GetGrain<IPaymentGrain>(id).GetAsync(MerchantCall.Of(context).MerchantId, context.RequestAborted);
        return payment is null ? PaymentProblem.NotFound : PaymentReplies.Found(payment);
    }
}
