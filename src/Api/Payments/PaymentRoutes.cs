using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Payments.Api.Http;
using Payments.Api.OpenApi;

namespace Payments.Api.Payments;

/// <summary>What every v2 route has in common.</summary>
internal static class PaymentRoutes
{
    private static readonly PaymentsContract Contract = new();

    /// <summary>Admits verified callers only, and declares the errors that any of them may get.</summary>
    public static RouteHandlerBuilder ForMerchants(this RouteHandlerBuilder route) => route
        .AddEndpointFilter<RouteHandlerBuilder, MerchantCallFilter>()
        .WithTags("Payments")
        .Answers("No merchant", MerchantRefusals.MerchantMissing)
        .Answers("Merchant is no UUID", MerchantRefusals.MerchantInvalid)
        .Answers("No upstream environment", MerchantRefusals.UpstreamEnvMissing)
        .Answers("Unknown upstream environment", MerchantRefusals.UpstreamEnvInvalid)
        .Answers("Source too long", MerchantRefusals.SourceTooLong)
        .Answers("No token", TokenRefusals.Missing)
        .Answers("Token expired", TokenRefusals.Expired)
        .Answers("Token not valid", TokenRefusals.Invalid)
        .Answers("Foreign merchant", MerchantRefusals.MerchantForbidden)
        .Answers("Scope missing", TokenRefusals.ScopeMissing)
        .Answers("Only JSON is produced", PaymentProblem.NotAcceptable)
        .Answers("Failed", static context => Contract.Failed(context, isTemporary: false))
        .Answers("Unavailable for the moment", static context => Contract.Failed(context, isTemporary: true));

    /// <summary>Declares the errors of a route that reads a body.</summary>
    public static RouteHandlerBuilder WithBodyErrors(this RouteHandlerBuilder route) => route
        .Answers("No JSON", PaymentProblem.Of(BodyRefusal.Malformed))
        .Answers("No JSON object", PaymentProblem.Of(BodyRefusal.NotAnObject))
        .Answers("Body too large", PaymentProblem.Of(BodyRefusal.TooLarge))
        .Answers("Body of another type", PaymentProblem.Of(BodyRefusal.UnsupportedMediaType));
}
