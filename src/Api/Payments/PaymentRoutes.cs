using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Payments.Api.Payments;

/// <summary>What every v2 route has in common.</summary>
internal static class PaymentRoutes
{
    /// <summary>Admits verified callers only, and declares the errors that any of them may get.</summary>
    public static RouteHandlerBuilder ForMerchants(this RouteHandlerBuilder route) => route
        .AddEndpointFilter<RouteHandlerBuilder, MerchantCallFilter>()
        .WithTags("Payments")
        .Produces<PaymentProblemBody>(StatusCodes.Status400BadRequest)
        .Produces<PaymentProblemBody>(StatusCodes.Status401Unauthorized)
        .Produces<PaymentProblemBody>(StatusCodes.Status403Forbidden)
        .Produces<PaymentProblemBody>(StatusCodes.Status406NotAcceptable)
        .Produces<PaymentProblemBody>(StatusCodes.Status500InternalServerError)
        .Produces<PaymentProblemBody>(StatusCodes.Status503ServiceUnavailable);

    /// <summary>Declares the errors of a route that reads a body.</summary>
    public static RouteHandlerBuilder WithBodyErrors(this RouteHandlerBuilder route) => route
        .Produces<PaymentProblemBody>(StatusCodes.Status413PayloadTooLarge)
        .Produces<PaymentProblemBody>(StatusCodes.Status415UnsupportedMediaType)
        .Produces<PaymentProblemBody>(StatusCodes.Status422UnprocessableEntity);
}
