using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Payments.Api.Authentication;
using Payments.Api.Http;
using Payments.Api.Payments;

namespace Payments.Api.Operators;

/// <summary>Lets a request in whose token has the operators' scope. A merchant's token has not, whatever else it may do.</summary>
internal sealed class OperatorFilter(BearerAuthentication authentication, IOptions<PaymentsApiOptions> options) : IEndpointFilter
{
    private readonly string _scope = PaymentScopes.ForOperator(options.Value.Environment);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var ticket = await authentication.AuthenticateAsync(http);
        if (ticket.Principal is not { } bearer)
            return await TokenRefusals.UnauthenticatedAsync(http, ticket.Failure);
        if (!PaymentClaims.HasScope(bearer, _scope, _scope))
            return TokenRefusals.WithoutScope(http, _scope);
        if (!AcceptHeader.TakesJson(http.Request))
            return PaymentProblem.NotAcceptable;

        http.Features.Set(new OperatorCall($"operator:{PaymentClaims.Actor(bearer)}"));
        return await next(context);
    }
}

/// <summary>Who calls, as far as <see cref="OperatorFilter"/> has verified it.</summary>
/// <param name="Actor">The token's client, for the audit trail.</param>
internal sealed record OperatorCall(string Actor)
{
    /// <summary>The verified caller of a request that passed the filter.</summary>
    public static OperatorCall Of(HttpContext context) =>
        context.Features.Get<OperatorCall>() ?? throw new InvalidOperationException("This route lacks its operator filter.");
}
