using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Payments.Api.Http;
using Payments.Api.OpenApi;

namespace Payments.Api.Idempotency;

/// <summary>What every route that changes something has in common.</summary>
internal static class IdempotencyRoutes
{
    /// <summary>Lets callers repeat a request safely with the header <c>Idempotency-Key</c>. Call it after the filter that verifies the caller;
    /// the handler begins by <see cref="IdempotentCall.BeginAsync"/>.</summary>
    public static RouteHandlerBuilder WithIdempotencyKey(this RouteHandlerBuilder route) => route
        .AddEndpointFilter<RouteHandlerBuilder, IdempotencyFilter>()
        .WithMetadata(new IdempotencyKeyMetadata())
        .Answers("Idempotency-Key breaks its rule", static context => Refused(context, IdempotencyRefusal.InvalidKey))
        .Answers("Idempotency-Key in use", static context => Refused(context, IdempotencyRefusal.InFlight))
        .Answers("Idempotency-Key of another request", static context => Refused(context, IdempotencyRefusal.OtherRequest));

    private static IResult Refused(HttpContext context, IdempotencyRefusal refusal) =>
        context.Features.GetRequiredFeature<IMerchantContract>().Refused(context, refusal);
}

/// <summary>Marks a route that takes an <c>Idempotency-Key</c>.</summary>
internal sealed class IdempotencyKeyMetadata;
