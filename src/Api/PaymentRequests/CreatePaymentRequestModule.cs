using System.Globalization;
using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Http;
using Payments.Api.Idempotency;
using Payments.Api.OpenApi;

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
        .Reads(PaymentRequestExamples.Create, Read)
        .Answers("Created", PaymentRequestReplies.Created(PaymentRequestExamples.Request(PaymentRequestStatus.Submitted)))
        .Answers("A field is missing", DocumentedRoutes.Refusing("{}", Read, PayhubProblem.Invalid))
        .Answers("Refused by the provider", PayhubProblem.CreateRefused);

    private static void Read(FieldReader fields) =>
        CreatePaymentRequestBody.Read(fields, PaymentRequestExamples.Caller, PaymentRequestExamples.Rules, out _);

    private static async Task<IResult> CreateAsync(
        HttpContext context, [FromServices] IGrainFactory grains, [FromServices] PaymentRequestRules rules)
    {
        using var body = await JsonRequestBody.ReadAsync(context.Request);
        if (body.Refusal is { } refusal)
            return PayhubProblem.Of(context, refusal);
        var command = CreatePaymentRequestBody.Read(new FieldReader(body.Root), PayhubCall.Of(context), rules, out var error);
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
            CreatePaymentRequestOutcome.ProviderRefused => PayhubProblem.CreateRefused(context),
            CreatePaymentRequestOutcome.Unknown => PayhubProblem.CreateFailed(context),
            _ => throw new InvalidOperationException($"A create cannot end as {result}."),
        };
    }
}
