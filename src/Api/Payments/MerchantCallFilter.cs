using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Payments.Api.Authentication;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>Lets a v2 request in when its token and headers say who calls and for whom (api-facts §2.1), in this order:
/// 401 token, 400 <c>X-Merchant-Id</c>, 403 merchant, 403 scope, 400 <c>X-Upstream-Env</c>, 400 <c>X-Source</c>, 406.</summary>
internal sealed class MerchantCallFilter(
    BearerAuthentication authentication, MerchantDirectory merchants, IOptions<PaymentsApiOptions> options) : IEndpointFilter
{
    private readonly bool _needsUpstreamEnv = options.Value.Environment == ApiEnvironment.NonProduction;
    private readonly string _merchantScope = PaymentScopes.ForMerchant(options.Value.Environment);
    private readonly string _allScope = PaymentScopes.ForAll(options.Value.Environment);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var ticket = await authentication.AuthenticateAsync(http);
        if (ticket.Principal is not { } bearer)
            return await TokenRefusals.UnauthenticatedAsync(http, ticket.Failure);

        var refusal = Admit(http, bearer, out var call);
        if (refusal is not null)
            return refusal;
        http.Features.Set(call);
        return await next(context);
    }

    private IResult? Admit(HttpContext http, ClaimsPrincipal bearer, out MerchantCall? call)
    {
        call = null;
        var headers = http.Request.Headers;
        var merchantHeader = headers["X-Merchant-Id"];
        if (StringValues.IsNullOrEmpty(merchantHeader))
            return MerchantRefusals.MerchantMissing;
        if (merchantHeader.Count != 1 || !UuidText.TryParse(merchantHeader[0], out var merchantId))
            return MerchantRefusals.MerchantInvalid;
        if (!PaymentClaims.MayActFor(bearer, merchantId) || !merchants.Knows(merchantId))
            return MerchantRefusals.MerchantForbidden;
        if (!PaymentClaims.HasScope(bearer, _merchantScope, _allScope))
            return TokenRefusals.WithoutScope(http, _merchantScope);

        var upstreamEnv = headers["X-Upstream-Env"];
        if (_needsUpstreamEnv && StringValues.IsNullOrEmpty(upstreamEnv))
            return MerchantRefusals.UpstreamEnvMissing;
        if (_needsUpstreamEnv && (upstreamEnv.Count != 1 || !MerchantRefusals.UpstreamEnvs.Contains(upstreamEnv[0])))
            return MerchantRefusals.UpstreamEnvInvalid;

        var source = headers["X-Source"];
        if (source.Count > 1 || source.ToString().Length > MerchantRefusals.SourceLengthMax)
            return MerchantRefusals.SourceTooLong;
        if (!AcceptHeader.TakesJson(http.Request))
            return PaymentProblem.NotAcceptable;

        call = new MerchantCall(merchantId, StringValues.IsNullOrEmpty(source) ? null : source[0], PaymentClaims.Actor(bearer));
        return null;
    }
}
