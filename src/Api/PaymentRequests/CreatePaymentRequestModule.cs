using System.Globalization;
using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;

namespace Payments.Api.PaymentRequests;

/// <summary><c>POST /api/payhub/v1/payment/request</c> (api-facts §1.3).</summary>
public sealed class CreatePaymentRequestModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app) => app
        .MapPost(PaymentRequestRoutes.Collection, CreateAsync)
        .ForApiKeys()
        .WithIdempotencyKey()
        .WithBodyErrors()
        .WithName("CreatePaymentRequest")
        .WithSummary("Creates a payment request.")
        .Produces<CreatedPaymentRequestBody>();

    private static async Task<IResult> CreateAsync(
        HttpContext context, [FromServices] IGrainFactory grains, [FromServices] PaymentRequestRules rules)
    {
        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PayhubProblem.Of(context, refusal);
        var command = CreatePaymentRequestBody.Read(body.Root, PayhubCall.Of(context), rules, out var error);
        if (command is null)
            return PayhubProblem.Invalid(context, error!);

        // The id is ours to choose, so this route calls two grains. A repeat goes on with the id that the first request drew.
        var call = IdempotentCall.Of(context);
        var drawn = await grains.GetGrain<IPaymentRequestIdGrain>(0).NextAsync();
        if (await call.BeginAsync(body.Root, drawn.ToString(CultureInfo.InvariantCulture)) is { } answered)
            return answered;
        var id = long.Parse(call.Resource!, CultureInfo.InvariantCulture);
        var result = await grains.GetGrain<IPaymentRequestGrain>(id).CreateAsync(command, CancellationToken.None);
        return result.Outcome switch
        {
            CreatePaymentRequestOutcome.Created => PaymentRequestReplies.Created(result.Request),
            CreatePaymentRequestOutcome.ProviderRefused => PayhubProblem.Of(
                context, StatusCodes.Status400BadRequest, "Payment request was refused",
                "Provider", "The provider refused the payment request"),
            CreatePaymentRequestOutcome.Unknown => PayhubProblem.Failed(context, "Failed to create payment request"),
            _ => throw new InvalidOperationException($"A create cannot end as {result}."),
        };
    }
}
