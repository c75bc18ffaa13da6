using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.OpenApi;

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
        .Reads(PaymentExamples.Create, Read)
        .Answers("Created", PaymentExamples.Replies.Accepted(PaymentExamples.Payment(PaymentStatus.Initiated)))
        .Answers("A field is missing", DocumentedRoutes.Refusing("{}", Read, static (_, error) => PaymentProblem.Invalid(error.Reason)))
        .Answers("Unknown payment method", PaymentProblem.UnknownPaymentMethod)
        .Answers("Bank account without consent", PaymentProblem.ConsentRequired)
        .Answers("Bank account and authorizeCard", PaymentProblem.BankAccountIsSaleOnly)
        .Answers("Split tender over a bank account", PaymentProblem.InvalidSplit)
        .Answers("Sixth attempt", PaymentProblem.TooManyAttempts);

    private static void Read(FieldReader fields) => CreatePaymentBody.Read(fields, PaymentExamples.Caller, PaymentExamples.Rules, out _);

    private static async Task<IResult> CreateAsync(
        HttpContext context, [FromServices] IGrainFactory grains, [FromServices] PaymentRules rules, [FromServices] PaymentReplies replies)
    {
        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PaymentProblem.Of(refusal);
        var command = CreatePaymentBody.Read(new FieldReader(body.Root), MerchantCall.Of(context), rules, out var error);
        if (command is null)
            return PaymentProblem.Invalid(error!.Reason);

        if (await IdempotentCall.Of(context).BeginAsync(body.Root) is { } answered)
            return answered;

        var id = PaymentIds.ForTransaction(command.MerchantId, command.MerchantTransactionId);
        var result = await grains.GetGrain<IPaymentGrain>(id).CreateAsync(command, CancellationToken.None);
        return result switch
        {
            { Outcome: CreatePaymentOutcome.Accepted, Payment: { } payment } => replies.Accepted(payment),
            { Outcome: CreatePaymentOutcome.TooManyAttempts } => PaymentProblem.TooManyAttempts,
            { Outcome: CreatePaymentOutcome.UnknownPaymentMethod } => PaymentProblem.UnknownPaymentMethod,
            { Outcome: CreatePaymentOutcome.ConsentRequired } => PaymentProblem.ConsentRequired,
            { Outcome: CreatePaymentOutcome.BankAccountIsSaleOnly } => PaymentProblem.BankAccountIsSaleOnly,
            { Outcome: CreatePaymentOutcome.InvalidSplit } => PaymentProblem.InvalidSplit,
            _ => throw new InvalidOperationException($"A create cannot end as {result}."),
        };
    }
}
