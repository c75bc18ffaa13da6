using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

/// <summary><c>PATCH /v2/payments/{paymentId}/cancel</c> (seed, "Cancel Payment Flow").</summary>
public sealed class CancelPaymentModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapPatch("/v2/payments/{paymentId}/cancel", CancelAsync)
        .ForMerchants()
        .WithIdempotencyKey()
        .WithBodyErrors()
        .WithName("CancelPayment")
        .WithSummary("Voids or cancels an in-progress or authorized payment.")
        .Reads(PaymentExamples.Cancel, Read)
        .Answers("The cancel is under way", PaymentExamples.Replies.Accepted(PaymentExamples.Payment(PaymentStatus.CancelInitialized)))
        .Answers("Payment in COMPLETED state", PaymentProblem.NotCancellable(PaymentStatus.Completed))
        .Answers("Payment in PROCESSING state", PaymentProblem.NotCancellable(PaymentStatus.Processing))
        .Answers("Payment in FAILED state", PaymentProblem.NotCancellable(PaymentStatus.Failed))
        .Answers("Payment in CANCELLED state", PaymentProblem.NotCancellable(PaymentStatus.Cancelled))
        .Answers("Payment not found", PaymentProblem.NotFound)
        .Answers("Missing paymentCancellationReason", DocumentedRoutes.Refusing("{}", Read, Invalid))
        .Answers(
            "Invalid cancellation reason value", DocumentedRoutes.Refusing("""{"paymentCancellationReason":"OTHER"}""", Read, Invalid))
        .Answers("Stripe void failed", PaymentProblem.ProviderRefused);

    private static void Read(FieldReader fields) => CancelPaymentBody.Read(fields, PaymentExamples.Caller, out _);

    private static IResult Invalid(HttpContext context, FieldError error) => PaymentProblem.Invalid(error.Reason);

    private static async Task<IResult> CancelAsync(
        HttpContext context, string paymentId, [FromServices] IGrainFactory grains, [FromServices] PaymentReplies replies)
    {
        if (!UuidText.TryParse(paymentId, out var id))
            return PaymentProblem.NotFound;

        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PaymentProblem.Of(refusal);
        var command = CancelPaymentBody.Read(new FieldReader(body.Root), MerchantCall.Of(context), out var error);
        if (command is null)
            return PaymentProblem.Invalid(error!.Reason);

        var call = IdempotentCall.Of(context);
        if (await call.BeginAsync(body.Root) is { } answered)
            return answered;

        // The caller's connection is no reason to stop half-way: what it asked for is carried out or refused.
        command = command with { CommandId = call.CommandId };
        var result = await grains.GetGrain<IPaymentGrain>(id).CancelAsync(command, CancellationToken.None);
        return result switch
        {
            { Outcome: CancelPaymentOutcome.Accepted, Payment: { } payment } => replies.Accepted(payment),
            { Outcome: CancelPaymentOutcome.NotFound } => PaymentProblem.NotFound,
            { Outcome: CancelPaymentOutcome.NotCancellable, Status: { } status } => PaymentProblem.NotCancellable(status),
            { Outcome: CancelPaymentOutcome.ProviderRefused } => PaymentProblem.ProviderRefused,
            _ => throw new InvalidOperationException($"A cancel cannot end as {result}."),
        };
    }
}
