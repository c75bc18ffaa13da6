using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.OpenApi;

namespace Payments.Api.PaymentRequests;

/// <summary>What every Payhub route has in common.</summary>
internal static class PaymentRequestRoutes
{
    private static readonly PayhubContract Contract = new();

    public const string Collection = "/api/payhub/v1/payment/request";

    public const string Item = Collection + "/{paymentRequestId}";

    public const string Refund = "/api/payhub/v1/payment/{paymentId}/refund";

    /// <summary>Whether a path is that of a refund.</summary>
    public static bool IsRefund(PathString path) => path.Value?.EndsWith("/refund", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Admits holders of an API key only, and declares the errors that any of them may get.</summary>
    public static RouteHandlerBuilder ForApiKeys(this RouteHandlerBuilder route) => route
        .AddEndpointFilter<RouteHandlerBuilder, ApiKeyFilter>()
        .WithTags("PaymentRequests")
        .Answers("No valid API key", PayhubProblem.NotAuthenticated)
        .Answers("Only JSON is produced", PayhubProblem.NotAcceptable)
        .Answers("Failed", static context => Contract.Failed(context, isTemporary: false));

    /// <summary>Declares the errors of a route that reads a body.</summary>
    public static RouteHandlerBuilder WithBodyErrors(this RouteHandlerBuilder route) => route
        .Answers("No JSON", static context => PayhubProblem.Of(context, BodyRefusal.Malformed))
        .Answers("No JSON object", static context => PayhubProblem.Of(context, BodyRefusal.NotAnObject))
        .Answers("Body too large", static context => PayhubProblem.Of(context, BodyRefusal.TooLarge))
        .Answers("Body of another type", static context => PayhubProblem.Of(context, BodyRefusal.UnsupportedMediaType));

    /// <summary>Parses an id: digits only, 1 or more. Anything else names nothing.</summary>
    public static bool TryParseId(string text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;
}
