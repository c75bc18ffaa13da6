using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Payments.Api.Authentication;

/// <summary>Registers the bearer scheme of the v2 contract.</summary>
internal static class BearerRegistration
{
    /// <summary>Registers the scheme by its parts. The usual <c>AddAuthentication</c> would bring data protection along, which writes
    /// keys to disk for cookies that nobody sets here, and a second configuration section that could loosen <see cref="BearerSetup"/>.</summary>
    public static IServiceCollection AddPaymentsBearer(this IServiceCollection services)
    {
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, JwtBearerPostConfigureOptions>();
        new AuthenticationBuilder(services).AddScheme<JwtBearerOptions, JwtBearerHandler>(BearerSetup.Scheme, configureOptions: null);
        return services.AddSingleton<BearerAuthentication>();
    }
}
