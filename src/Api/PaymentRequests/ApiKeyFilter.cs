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
            return new(PayhubProblem.Of(
                http, StatusCodes.Status401Unauthorized, "You are not authenticated", "Authorization", "API key is missing or not valid"));
        }
        if (!AcceptHeader.TakesJson(http.Request))
        {
            return new(PayhubProblem.Of(
                http, StatusCodes.Status406NotAcceptable, "Request is not valid", "Accept", "Only application/json can be produced"));
        }

        http.Features.Set(new PayhubCall(owner.MerchantId, owner.Actor));
        return next(context);
    }
}
