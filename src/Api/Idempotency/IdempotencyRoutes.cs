using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Payments.Api.Idempotency;

/// <summary>What every route that changes something has in common.</summary>
internal static class IdempotencyRoutes
{
    /// <summary>Lets callers repeat a request safely with the header <c>Idempotency-Key</c>. Call it after the filter that verifies the caller;
    /// the handler begins by <see cref="IdempotentCall.BeginAsync"/>.</summary>
    public static RouteHandlerBuilder WithIdempotencyKey(this RouteHandlerBuilder route) => route
        .AddEndpointFilter<RouteHandlerBuilder, IdempotencyFilter>()
        .WithMetadata(new IdempotencyKeyMetadata());
}

/// <summary>Marks a route that takes an <c>Idempotency-Key</c>.</summary>
internal sealed class IdempotencyKeyMetadata;
