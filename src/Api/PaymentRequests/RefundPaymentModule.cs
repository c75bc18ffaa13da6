using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.OpenApi;

namespace Payments.Api.PaymentRequests;

/// <summary><c>POST /api/payhub/v1/payment/{paymentId}/refund</c> (api-facts §1.4): gives back what the customer of a Klarna request paid, in full or in
/// parts. The payment of a request has the request's number.</summary>
public sealed class RefundPaymentModule : ICarterModule
{
    private const string AmountField = "Amount";
    private const string ReasonField = "Reason";
    private const int ReasonLengthMax = 255;

    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapPost(PaymentRequestRoutes.Refund, RefundAsync)
        .ForApiKeys()
        .WithIdempotencyKey()
        .WithBodyErrors()
        .WithName("RefundPayment")
        .WithSummary("Refunds a paid Klarna payment, in full or in part, never more than was paid.")
        .Reads(PaymentRequestExamples.Refund, static fields => Read(fields, PaymentRequestExamples.Currency))
        .Answers("Refunded", PaymentRequestReplies.Refunded(PaymentRequestExamples.RefundView))
        .Answers("A field is missing", DocumentedRoutes.Refusing("{}", static fields => Read(fields, PaymentRequestExamples.Currency), RefundProblem.Invalid))
        .Answers("Not a Klarna payment", RefundProblem.NotKlarna)
        .Answers("Payment of a different merchant", RefundProblem.Forbidden)
        .Answers("Payment not found, or not paid", RefundProblem.NotFound)
        .Answers("More than is left", RefundProblem.TooMuch)
        .Answers("Refused by Klarna", RefundProblem.Refused)
        .Answers("Klarna did not answer; the refund goes on", RefundProblem.Failed);

    private static (long Amount, string? Reason) Read(FieldReader fields, Currency currency) => (
        fields.Amount(AmountField, currency, 1, CreatePaymentRequestBody.AmountMinorMax, isRequired: true) ?? 0,
        fields.Text(ReasonField, ReasonLengthMax));

    private static async Task<IResult> RefundAsync(HttpContext context, string paymentId, [FromServices] IGrainFactory grains)
    {
        if (!PaymentRequestRoutes.TryParseId(paymentId, out var id))
            return RefundProblem.NotFound(context);
        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PayhubProblem.Of(context, refusal);

        // How many decimals an amount may have depends on the payment's currency. Of a payment that the caller may not see any will do: it is refused below.
        var call = PayhubCall.Of(context);
        var grain = grains.GetGrain<IPaymentRequestGrain>(id);
        var payment = (await grain.GetAsync(call.MerchantId, context.RequestAborted)).Request;
        var currency = payment is not null && Currency.TryFind(payment.CurrencyCode, out var known) ? known : PaymentRequestExamples.Currency;
        var fields = new FieldReader(body.Root);
        var (amount, reason) = Read(fields, currency);
        if (fields.Error is { } error)
            return RefundProblem.Invalid(context, error);

        var request = IdempotentCall.Of(context);
        if (await request.BeginAsync(body.Root) is { } answered)
            return answered;

        // The caller's connection is no reason to stop half-way: what it asked for is carried out or refused.
        var command = new RefundPayhubPayment(call.MerchantId, amount, reason, call.Actor, request.CommandId);
        return await grain.RefundAsync(command, CancellationToken.None) switch
        {
            { Outcome: RefundPayhubPaymentOutcome.Succeeded, Refund: { } refund } => PaymentRequestReplies.Refunded(refund),
            { Outcome: RefundPayhubPaymentOutcome.NotFound } => RefundProblem.NotFound(context),
            { Outcome: RefundPayhubPaymentOutcome.ForeignMerchant } => RefundProblem.Forbidden(context),
            { Outcome: RefundPayhubPaymentOutcome.NotKlarna } => RefundProblem.NotKlarna(context),
            { Outcome: RefundPayhubPaymentOutcome.AmountTooLarge } => RefundProblem.TooMuch(context),
            { Outcome: RefundPayhubPaymentOutcome.Refused } => RefundProblem.Refused(context),
            { Outcome: RefundPayhubPaymentOutcome.Unknown } => RefundProblem.Failed(context),
            var result => throw new InvalidOperationException($"A refund cannot end as {result}."),
        };
    }
}

/// <summary>The errors of a refund. Their <c>Errors</c> is null, as the public document shows it.</summary>
internal static class RefundProblem
{
    public static IResult NotKlarna(HttpContext context) => Of(context, StatusCodes.Status400BadRequest, "Payment is not a Klarna payment");

    public static IResult Forbidden(HttpContext context) =>
        Of(context, StatusCodes.Status403Forbidden, "You are not authorized to refund this payment");

    public static IResult NotFound(HttpContext context) => Of(context, StatusCodes.Status404NotFound, "Payment not found");

    public static IResult TooMuch(HttpContext context) =>
        Of(context, StatusCodes.Status409Conflict, "Refund amount is more than what is left of the payment");

    public static IResult Refused(HttpContext context) => Of(context, StatusCodes.Status409Conflict, "Klarna refused the refund");

    public static IResult Failed(HttpContext context) => Of(context, StatusCodes.Status500InternalServerError, "Failed to refund payment");

    public static IResult Invalid(HttpContext context, FieldError error) => Of(context, StatusCodes.Status400BadRequest, error.Reason);

    private static IResult Of(HttpContext context, int status, string detail) => PayhubProblem.Of(context, status, detail, errors: null);
}
