using Microsoft.AspNetCore.Http;
using Payments.Api.Authentication;
using Payments.Api.Http;

namespace Payments.Api.PaymentRequests;

/// <summary>Lets a Payhub request in when its <c>X-Api-Key</c> belongs to a merchant.</summary>
internal sealed class ApiKeyFilter(MerchantDirectory merchants) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var header = http.Request.Headers["X-Api-Key"];
        if (header.Count != 1 || !merchants.TryFindOwner(header[0] ?? "", out var owner))
        {
            http.Response.Headers.WWWAuthenticate = "ApiKey realm=\"payhub\"";
            return new(PayhubProblem.NotAuthenticated(http));
        }
        if (!AcceptHeader.TakesJson(http.Request))
            return new(PayhubProblem.NotAcceptable(http));

        http.Features.Set(new PayhubCall(owner.MerchantId, owner.Actor));
        return next(context);
    }
}
