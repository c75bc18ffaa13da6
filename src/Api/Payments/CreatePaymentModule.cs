using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;

namespace Payments.Api.Payments;

/// <summary><c>POST /v2/payments</c> (api-facts §2.2), idempotent on merchant and <c>merchantTransactionId</c> (§2.5).</summary>
public sealed class CreatePaymentModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapPost("/v2/payments", CreateAsync)
        .ForMerchants()
        .WithIdempotencyKey()
        .WithBodyErrors()
        .WithName("CreatePayment")
        .WithSummary("Creates a payment, or finds the one that an earlier attempt created.")
        .Produces<AcceptedPaymentBody>(StatusCodes.Status202Accepted);

    private static async Task<IResult> CreateAsync(
        HttpContext context, [FromServices] IGrainFactory grains, [FromServices] PaymentRules rules, [FromServices] PaymentReplies replies)
    {
        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PaymentProblem.Of(refusal);
        var command = CreatePaymentBody.Read(body.Root, MerchantCall.Of(context), rules, out var error);
        if (command is null)
            return PaymentProblem.Invalid(error!.Reason);

        if (await IdempotentCall.Of(context).BeginAsync(body.Root) is { } answered)
            return answered;

        var id = PaymentIds.ForTransaction(command.MerchantId, command.MerchantTransactionId);
        var result = await grains.GetGrain<IPaymentGrain>(id).CreateAsync(command, CancellationToken.None);
        return result switch
        {
            { Outcome: CreatePaymentOutcome.Accepted, Payment: { } payment } => replies.Accepted(payment),
            { Outcome: CreatePaymentOutcome.TooManyAttempts } =>
                PaymentProblem.Unprocessable("merchantTransactionId was used too often, use a new merchantTransactionId"),
            { Outcome: CreatePaymentOutcome.UnknownPaymentMethod } => PaymentProblem.Invalid("paymentMethodId not found"),
            { Outcome: CreatePaymentOutcome.ConsentRequired } => PaymentProblem.Invalid("consent is required for BANK_ACCOUNT payments"),
            { Outcome: CreatePaymentOutcome.BankAccountIsSaleOnly } =>
                PaymentProblem.Invalid("authorizeCard must be false for BANK_ACCOUNT payments"),
            _ => throw new InvalidOperationException($"A create cannot end as {result}."),
        };
    }
}
