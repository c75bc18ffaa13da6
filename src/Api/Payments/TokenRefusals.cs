using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using Payments.Api.Authentication;

namespace Payments.Api.Payments;

/// <summary>The answers to a token that does not let its bearer in, with the challenge of RFC 6750.</summary>
internal static class TokenRefusals
{
    public static readonly IResult Missing = PaymentProblem.Of(StatusCodes.Status401Unauthorized, "Bearer token is required");

    public static readonly IResult Expired = PaymentProblem.Of(StatusCodes.Status401Unauthorized, "Bearer token has expired");

    public static readonly IResult Invalid = PaymentProblem.Of(StatusCodes.Status401Unauthorized, "Bearer token is not valid");

    public static readonly IResult ScopeMissing = PaymentProblem.Of(StatusCodes.Status403Forbidden, "insufficient_scope");

    /// <summary>401: no token, or none that is valid.</summary>
    /// <param name="http">The request.</param>
    /// <param name="failure">Why the token is not valid, or null when there is none.</param>
    public static async Task<IResult> UnauthenticatedAsync(HttpContext http, Exception? failure)
    {
        await http.ChallengeAsync(BearerSetup.Scheme);
        return failure switch
        {
            null => Missing,
            SecurityTokenExpiredException => Expired,
            _ => Invalid,
        };
    }

    /// <summary>403: the token lacks a scope.</summary>
    public static IResult WithoutScope(HttpContext http, string scope)
    {
        http.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"";
        return ScopeMissing;
    }
}
