using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Payments.Api.PaymentRequests;

/// <summary>What every Payhub route has in common.</summary>
internal static class PaymentRequestRoutes
{
    public const string Collection = "/api/payhub/v1/payment/request";

    public const string Item = Collection + "/{paymentRequestId}";

    /// <summary>Admits holders of an API key only, and declares the errors that any of them may get.</summary>
    public static RouteHandlerBuilder ForApiKeys(this RouteHandlerBuilder route) => route
        .AddEndpointFilter<RouteHandlerBuilder, ApiKeyFilter>()
        .WithTags("PaymentRequests")
        .Produces<PayhubProblemBody>(StatusCodes.Status401Unauthorized)
        .Produces<PayhubProblemBody>(StatusCodes.Status406NotAcceptable)
        .Produces<PayhubProblemBody>(StatusCodes.Status500InternalServerError);

    /// <summary>Declares the errors of a route that reads a body.</summary>
    public static RouteHandlerBuilder WithBodyErrors(this RouteHandlerBuilder route) => route
        .Produces<PayhubProblemBody>(StatusCodes.Status400BadRequest)
        .Produces<PayhubProblemBody>(StatusCodes.Status413PayloadTooLarge)
        .Produces<PayhubProblemBody>(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Declares the errors of a route that names a payment request.</summary>
    public static RouteHandlerBuilder WithItemErrors(this RouteHandlerBuilder route) => route
        .Produces<PayhubProblemBody>(StatusCodes.Status403Forbidden)
        .Produces<PayhubProblemBody>(StatusCodes.Status404NotFound);

    /// <summary>Parses an id: digits only, 1 or more. Anything else names nothing.</summary>
    public static bool TryParseId(string text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;
}
