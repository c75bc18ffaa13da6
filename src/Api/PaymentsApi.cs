using Carter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Payments.Api.Authentication;
using Payments.Api.Http;
using Payments.Api.Operators;
using Payments.Api.PaymentRequests;
using Payments.Api.Payments;
using Payments.Api.ProviderEvents;

namespace Payments.Api;

/// <summary>What a host calls to serve the two contracts. It needs an <c>IGrainFactory</c> beside it, and nothing else.</summary>
public static class PaymentsApi
{
    /// <summary>Registers both contracts and their authentication. Wrong settings stop the host when it starts.</summary>
    /// <param name="services">Where to register them.</param>
    /// <param name="configuration">Sections <c>Payments:Api</c>, <c>Payments:Auth</c> and <c>Payments:Merchants</c>.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddPaymentsApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PaymentsApiOptions>().Bind(configuration.GetSection(PaymentsApiOptions.Section)).ValidateOnStart();
        services.AddOptions<AuthOptions>().Bind(configuration.GetSection(AuthOptions.Section)).ValidateOnStart();
        services.AddOptions<MerchantsOptions>().Bind(configuration.GetSection(MerchantsOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PaymentsApiOptions>, PaymentsApiOptionsValidator>();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        services.AddSingleton<IValidateOptions<MerchantsOptions>, MerchantsOptionsValidator>();

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<MerchantDirectory>();
        services.AddPaymentsBearer();

        services.AddSingleton<PaymentReplies>();
        services.AddSingleton<PaymentRules>();
        services.AddSingleton<PaymentRequestRules>();
        services.AddSingleton<IContract, PaymentsContract>();
        services.AddSingleton<IContract, PayhubContract>();
        services.AddSingleton<ProviderEventIntake>();
        services.AddSingleton<IContract, ProviderEventsContract>();
        services.AddSingleton<IContract, OperatorContract>();
        services.AddCarter(new DependencyContextAssemblyCatalog(assemblies: [typeof(PaymentsApi).Assembly]));
        return services;
    }

    /// <summary>Adds what every answer of the contracts has in common: trace id, body limit, and errors in the contract's own shape,
    /// also for unknown routes. Other paths pass untouched.</summary>
    /// <param name="app">The pipeline; call this before what answers requests.</param>
    /// <returns><paramref name="app"/>.</returns>
    public static IApplicationBuilder UsePaymentsApi(this IApplicationBuilder app) => app.UseMiddleware<ContractMiddleware>();

    /// <summary>Maps the routes of both contracts.</summary>
    /// <param name="routes">Where to map them.</param>
    /// <returns><paramref name="routes"/>.</returns>
    public static IEndpointRouteBuilder MapPaymentsApi(this IEndpointRouteBuilder routes) => routes.MapCarter();
}
