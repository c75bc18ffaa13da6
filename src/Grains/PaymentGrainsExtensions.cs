using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Payments.Grains.Idempotency;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.ProviderEvents;
using Payments.Grains.Retry;
using Payments.Grains.Webhooks;

namespace Payments.Grains;

/// <summary>Registers what the grains need, except the ports that other rooms implement: storage, providers, merchants.</summary>
public static class PaymentGrainsExtensions
{
    /// <summary>Adds policies (sections <c>Payments:Policy</c>, <c>RequestPolicy</c>, <c>Idempotency</c>, <c>Retry</c>, <c>Webhooks</c>,
    /// <c>ProviderEvents</c>), chance and webhook dispatch. Call it after the silo is added, so that at shutdown deliveries end while grains
    /// can still record them.</summary>
    public static IServiceCollection AddPaymentGrains(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IChance, SystemChance>();
        services.AddOptions<PaymentPolicy>().BindConfiguration("Payments:Policy").ValidateOnStart();
        services.AddOptions<PaymentRequestPolicy>().BindConfiguration("Payments:RequestPolicy").ValidateOnStart();
        services.AddOptions<IdempotencyPolicy>().BindConfiguration("Payments:Idempotency")
            .Validate(static policy => policy.Retention >= IdempotencyPolicy.RetentionMin, "Payments:Idempotency:Retention must not be shorter than 7 days.")
            .Validate(static policy => policy.Lease > TimeSpan.Zero, "Payments:Idempotency:Lease must be longer than nothing.")
            .ValidateOnStart();
        services.AddOptions<RetryOptions>().BindConfiguration("Payments:Retry").ValidateOnStart();
        services.AddOptions<WebhookDispatcherOptions>().BindConfiguration("Payments:Webhooks").ValidateOnStart();
        services.AddOptions<ProviderEventOptions>().BindConfiguration("Payments:ProviderEvents").ValidateOnStart();
        services.TryAddSingleton<KlarnaProducts>();
        services.AddSingleton<RecentEvents>();
        services.AddSingleton<HintDelivery>();
        services.AddSingleton<WebhookDispatcher>();
        services.AddSingleton<IWebhookDispatcher>(static provider => provider.GetRequiredService<WebhookDispatcher>());
        services.AddHostedService(static provider => provider.GetRequiredService<WebhookDispatcher>());
        return services;
    }
}
