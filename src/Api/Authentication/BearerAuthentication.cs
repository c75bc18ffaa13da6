using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Payments.Api.Http;

namespace Payments.Api.Authentication;

/// <summary>Verifies a request's bearer token.</summary>
internal sealed class BearerAuthentication(IOptionsMonitor<JwtBearerOptions> options)
{
    /// <summary>Verifies the token.</summary>
    /// <returns>The bearer, or why there is none.</returns>
    /// <exception cref="AuthorityUnavailableException">No token can be verified now.</exception>
    public async Task<AuthenticateResult> AuthenticateAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(BearerSetup.Scheme);
        if (result.Failure is not null)
            await EnsureKeysAsync(context.RequestAborted);
        return result;
    }

    // Without the authority's keys the library calls every token bad. A caller must not throw a good token away for that.
    private async Task EnsureKeysAsync(CancellationToken cancellationToken)
    {
        if (options.Get(BearerSetup.Scheme).ConfigurationManager is not { } authority)
            return;
        try
        {
            await authority.GetConfigurationAsync(cancellationToken);
        }
        catch (Exception unreachable) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AuthorityUnavailableException(unreachable);
        }
    }
}
