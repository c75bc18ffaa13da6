using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary><c>PATCH /v2/payments/{paymentId}/capture</c> (api-facts §2.2).</summary>
public sealed class CapturePaymentModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapPatch("/v2/payments/{paymentId}/capture", CaptureAsync)
        .ForMerchants()
        .WithBodyErrors()
        .WithName("CapturePayment")
        .WithSummary("Takes what a pre-authorization holds, in full or in part, and releases the rest.")
        .Produces<AcceptedPaymentBody>(StatusCodes.Status202Accepted)
        .Produces<PaymentProblemBody>(StatusCodes.Status404NotFound);

    private static async Task<IResult> CaptureAsync(
        HttpContext context, string paymentId, [FromServices] IGrainFactory grains, [FromServices] PaymentReplies replies)
    {
        if (!UuidText.TryParse(paymentId, out var id))
            return PaymentProblem.NotFound;

        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PaymentProblem.Of(refusal);
        var command = CapturePaymentBody.Read(body.Root, MerchantCall.Of(context), out var error);
        if (command is null)
            return PaymentProblem.Invalid(error!.Reason);

        // The caller's connection is no reason to stop half-way: what it asked for is carried out or refused.
        var result = await grains.GetGrain<IPaymentGrain>(id).CaptureAsync(command, CancellationToken.None);
        return result switch
        {
            { Outcome: CapturePaymentOutcome.Accepted, Payment: { } payment } => replies.Accepted(payment),
            { Outcome: CapturePaymentOutcome.NotFound } => PaymentProblem.NotFound,
            { Outcome: CapturePaymentOutcome.NotCapturable, Status: { } status } =>
                PaymentProblem.Unprocessable($"Payment cannot be captured in {status.ToWire()} state"),
            { Outcome: CapturePaymentOutcome.AmountTooLarge } => PaymentProblem.Unprocessable("Capture amount exceeds the authorized amount"),
            { Outcome: CapturePaymentOutcome.UnknownAllocation } => PaymentProblem.Unprocessable("Payment allocation not found, or named twice"),
            { Outcome: CapturePaymentOutcome.ProviderRefused } => PaymentProblem.CaptureRefused,
            _ => throw new InvalidOperationException($"A capture cannot end as {result}."),
        };
    }
}
