using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Payments;

/// <summary>Makes a process a client of the cluster, so that it can call the grains as if they were local objects.</summary>
/// <remarks>
/// <para>The host's start connects, and throws <see cref="ClusterUnreachableException"/> when it cannot. From then on
/// <see cref="IGrainFactory"/> can be injected, and <see cref="PaymentsConnection"/> tells whether a silo is connected.</para>
/// <para>A call throws <c>Orleans.Runtime.OrleansMessageRejectionException</c> when no silo can be reached (it was repeated for a good
/// second before that), <see cref="TimeoutException"/> when the answer takes longer than
/// <see cref="PaymentsClientOptions.ResponseTimeout"/>, and <see cref="OperationCanceledException"/> when the caller's token ends. After
/// the last two nobody knows whether the grain has carried the command out. Call again: every command of these contracts may be repeated
/// and is carried out once.</para>
/// </remarks>
public static class PaymentsClientExtensions
{
    /// <summary>Adds the client with the settings of section <see cref="PaymentsClientOptions.Section"/>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="configure">Last changes to the settings.</param>
    /// <exception cref="OptionsValidationException">A setting makes no sense.</exception>
    public static TBuilder AddPaymentsClient<TBuilder>(this TBuilder builder, Action<PaymentsClientOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddPaymentsClient(options =>
        {
            builder.Configuration.GetSection(PaymentsClientOptions.Section).Bind(options);
            configure?.Invoke(options);
        });
        return builder;
    }

    /// <summary>Adds the client.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets at least <see cref="PaymentsClientOptions.ConnectionString"/>; called once, now.</param>
    /// <exception cref="OptionsValidationException">A setting makes no sense.</exception>
    public static IServiceCollection AddPaymentsClient(this IServiceCollection services, Action<PaymentsClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var settings = new PaymentsClientOptions();
        configure(settings);
        settings.Validate();
        _ = ClusterDatabase.TryComplete(settings.ConnectionString, out var connectionString);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PaymentsConnection>();

        // Outside the filters that are added later: each try is a call of its own to them.
        services.AddSingleton<IOutgoingGrainCallFilter, ContractCallRetry>();
        services.AddTravellingFailures();
        return services.AddOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (settings.ServiceId, settings.ClusterId));
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = settings.RefreshInterval);
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = settings.ResponseTimeout);
            client.UseAdoNetClustering(options =>
                (options.Invariant, options.ConnectionString) = (ClusterDatabase.Invariant, connectionString));
            client.AddGatewayCountChangedHandler(static provider => provider.GetRequiredService<PaymentsConnection>().Changed);
            client.AddActivityPropagation();
            client.UseConnectionRetryFilter(new ClusterPatience(settings, TimeProvider.System).ShouldRetryAsync);
        });
    }
}
