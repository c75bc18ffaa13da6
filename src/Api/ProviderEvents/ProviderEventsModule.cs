using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Payments.Api.Payments;

namespace Payments.Api.ProviderEvents;

/// <summary><c>POST /provider-events/stripe</c> and <c>/provider-events/klarna</c>: what the providers push. The signature is the
/// authentication. 2xx means that the event was applied, is durable, or says nothing about a payment; everything else makes the provider
/// send it again.</summary>
public sealed class ProviderEventsModule : ICarterModule
{
    /// <inheritdoc/>
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        Map(app, ProviderNames.Stripe, "ReceiveStripeEvent");
        Map(app, ProviderNames.Klarna, "ReceiveKlarnaEvent");
    }

    private static void Map(IEndpointRouteBuilder app, string provider, string name) => app
        .MapPost(
            $"{ProviderEventsContract.Path}/{provider}",
            (HttpContext context, [FromServices] IGrainFactory grains, [FromServices] ProviderEventIntake intake) =>
                ReceiveAsync(context, provider, grains, intake))
        .WithName(name)
        .WithSummary("Takes an event that the provider pushes.")
        .WithTags("ProviderEvents")
        .Produces(StatusCodes.Status200OK)
        .Produces(StatusCodes.Status400BadRequest)
        .Produces(StatusCodes.Status413PayloadTooLarge)
        .Produces(StatusCodes.Status415UnsupportedMediaType)
        .Produces(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ReceiveAsync(HttpContext context, string provider, IGrainFactory grains, ProviderEventIntake intake)
    {
        var (body, refusal) = await RawBody.ReadAsync(context.Request);
        if (refusal is not null)
            return refusal;

        var (received, answer) = intake.Read(provider, body.Span, context.Request.Headers);
        if (received is null)
            return answer!;

        // The provider's connection is no reason to stop half-way.
        var outcome = await grains.GetGrain<IProviderEventGrain>(received.Key).ReceiveAsync(received);
        return ProviderEventIntake.Taken(outcome);
    }
}
