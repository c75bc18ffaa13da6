using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Payments.Grains.Ports;
using Payments.Providers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the adapters to the outside world.</summary>
public static class PaymentProvidersExtensions
{
    /// <summary>Adds <see cref="IPaymentIntents"/> (Stripe), <see cref="IKlarnaPaymentRequests"/> and <see cref="IKlarnaOrders"/> (Klarna) and <see cref="IWebhookSender"/>,
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

        services.TryAddSingleton<StripePaymentIntents>();
        services.TryAddSingleton<IPaymentIntents>(static provider => provider.GetRequiredService<StripePaymentIntents>());
        services.TryAddSingleton<KlarnaHttp>();
        services.TryAddSingleton<KlarnaPaymentRequests>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IKlarnaPaymentRequests, KlarnaPaymentRequests>(
            static provider => provider.GetRequiredService<KlarnaPaymentRequests>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IKlarnaPaymentRequests, KlarnaInStoreSessions>());
        services.TryAddSingleton<IKlarnaOrders, KlarnaOrders>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IProviderObjects, StripePaymentIntents>(
            static provider => provider.GetRequiredService<StripePaymentIntents>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IProviderObjects, KlarnaPaymentRequests>(
            static provider => provider.GetRequiredService<KlarnaPaymentRequests>()));
        services.TryAddSingleton<IWebhookSender>(provider => new HttpWebhookSender(
            provider.GetRequiredService<IOptions<WebhookSenderOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Adds an <see cref="Payments.IProviderEventReader"/> each for Stripe and Klarna: what a process needs that receives their events.
    /// Signing secrets come from the sections <c>Payments:Stripe</c> and <c>Payments:Klarna</c>; nothing else of them is needed for it.</summary>
    public static IServiceCollection AddProviderEventReaders(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<StripeEventOptions>().BindConfiguration(StripeOptions.SectionName).ValidateOnStart();
        services.AddOptions<KlarnaEventOptions>().BindConfiguration(KlarnaOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StripeEventOptions>, StripeEventOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KlarnaEventOptions>, KlarnaEventOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<Payments.IProviderEventReader, StripeEvents>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<Payments.IProviderEventReader, KlarnaEvents>());
        return services;
    }
}
