using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

/// <summary><c>PATCH /v2/payments/{paymentId}/capture</c> (api-facts §2.2).</summary>
public sealed class CapturePaymentModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapPatch("/v2/payments/{paymentId}/capture", CaptureAsync)
        .ForMerchants()
        .WithIdempotencyKey()
        .WithBodyErrors()
        .WithName("CapturePayment")
        .WithSummary("Takes what a pre-authorization holds, in full or in part, and releases the rest.")
        .Reads(PaymentExamples.Capture, Read)
        .Answers("The capture is under way", PaymentExamples.Replies.Accepted(PaymentExamples.Capturing))
        .Answers(
            "Both an amount and allocations",
            DocumentedRoutes.Refusing(
                PaymentExamples.Capture.Replace("null", "1", StringComparison.Ordinal), Read, static (_, error) => PaymentProblem.Invalid(error.Reason)))
        .Answers("Payment not found", PaymentProblem.NotFound)
        .Answers("Payment in PENDING state", PaymentProblem.NotCapturable(PaymentStatus.Pending))
        .Answers("More than is held", PaymentProblem.CaptureTooLarge)
        .Answers("Unknown allocation", PaymentProblem.UnknownAllocation)
        .Answers("Stripe capture failed", PaymentProblem.CaptureRefused);

    private static void Read(FieldReader fields) => CapturePaymentBody.Read(fields, PaymentExamples.Caller, out _);

    private static async Task<IResult> CaptureAsync(
        HttpContext context, string paymentId, [FromServices] IGrainFactory grains, [FromServices] PaymentReplies replies)
    {
        if (!UuidText.TryParse(paymentId, out var id))
            return PaymentProblem.NotFound;

        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PaymentProblem.Of(refusal);
        var command = CapturePaymentBody.Read(new FieldReader(body.Root), MerchantCall.Of(context), out var error);
        if (command is null)
            return PaymentProblem.Invalid(error!.Reason);

        var call = IdempotentCall.Of(context);
        if (await call.BeginAsync(body.Root) is { } answered)
            return answered;

        // The caller's connection is no reason to stop half-way: what it asked for is carried out or refused.
        command = command with { CommandId = call.CommandId };
        var result = await grains.GetGrain<IPaymentGrain>(id).CaptureAsync(command, CancellationToken.None);
        return result switch
        {
            { Outcome: CapturePaymentOutcome.Accepted, Payment: { } payment } => replies.Accepted(payment),
            { Outcome: CapturePaymentOutcome.NotFound } => PaymentProblem.NotFound,
            { Outcome: CapturePaymentOutcome.NotCapturable, Status: { } status } => PaymentProblem.NotCapturable(status),
            { Outcome: CapturePaymentOutcome.AmountTooLarge } => PaymentProblem.CaptureTooLarge,
            { Outcome: CapturePaymentOutcome.UnknownAllocation } => PaymentProblem.UnknownAllocation,
            { Outcome: CapturePaymentOutcome.ProviderRefused } => PaymentProblem.CaptureRefused,
            _ => throw new InvalidOperationException($"A capture cannot end as {result}."),
        };
    }
}
