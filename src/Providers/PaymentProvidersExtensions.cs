using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Payments.Grains.Ports;
using Payments.Providers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the adapters to the outside world.</summary>
public static class PaymentProvidersExtensions
{
    /// <summary>Adds <see cref="IPaymentIntents"/> (Stripe), <see cref="IKlarnaPaymentRequests"/> (Klarna) and <see cref="IWebhookSender"/>,
    /// configured by the sections <c>Payments:Stripe</c>, <c>Payments:Klarna</c> and <c>Payments:Webhooks</c>, which are validated when the
    /// host starts. Uses the registered <see cref="TimeProvider"/>, or the system's when there is none.</summary>
    public static IServiceCollection AddPaymentProviders(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ProviderCalls>();

        services.AddOptions<StripeOptions>().BindConfiguration(StripeOptions.SectionName).ValidateOnStart();
        services.AddOptions<KlarnaOptions>().BindConfiguration(KlarnaOptions.SectionName).ValidateOnStart();
        services.AddOptions<WebhookSenderOptions>().BindConfiguration(WebhookSenderOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StripeOptions>, StripeOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KlarnaOptions>, KlarnaOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhookSenderOptions>, WebhookSenderOptionsValidator>());

        services.TryAddSingleton<IPaymentIntents, StripePaymentIntents>();
        services.TryAddSingleton<IKlarnaPaymentRequests, KlarnaPaymentRequests>();
        services.TryAddSingleton<IWebhookSender>(provider => new HttpWebhookSender(
            provider.GetRequiredService<IOptions<WebhookSenderOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
