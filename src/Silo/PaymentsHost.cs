using Orleans.Configuration;
using Orleans.Hosting;
using Payments.Api;
using Payments.Grains;
using Payments.Grains.Ports;
using Payments.Silo.Configuration;
using Payments.Silo.Health;
using Payments.Silo.Telemetry;
using Payments.Storage;

namespace Payments.Silo;

/// <summary>Puts the rooms together: silo, API, storage, providers, telemetry, in one process.</summary>
public static partial class PaymentsHost
{
    /// <summary>The configured builder: settings files, environment variables (<c>PAYMENTS__…</c>), command line.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        DevelopmentKey.Provide(builder.Configuration);
        return builder;
    }

    /// <summary>The application, ready to run.</summary>
    /// <param name="args">Command line settings, <c>--Section:Key=value</c>.</param>
    /// <param name="configure">Last changes to the services; for tests.</param>
    /// <exception cref="SettingsException">A setting is missing or makes no sense.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder(args);
        var storage = StorageSettings.Read(builder.Configuration);
        var cluster = builder.Configuration.GetSection(ClusterSettings.Section).Get<ClusterSettings>() ?? new ClusterSettings();

        ListenAddresses.Check(builder.Configuration);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(cluster.SiloPort, cluster.GatewayPort, serviceId: cluster.ServiceId, clusterId: cluster.ClusterId);
            silo.AddReminders();
            silo.AddPaymentsStorage(storage);
            silo.AddActivityPropagation();
        });
        builder.Services.AddSingleton<IMerchants>(static provider => new ConfiguredMerchants(provider.GetRequiredService<IConfiguration>()));
        builder.Services.AddPaymentProviders();
        builder.Services.AddPaymentGrains();
        builder.Services.AddPaymentsApi(builder.Configuration);
        builder.Services.AddPaymentsTelemetry(builder.Configuration);
        builder.Services.AddHostedService<ScanStarter>();
        configure?.Invoke(builder);

        // A start that fails is told by whoever started it, in one line; the host would tell it first, with a stack trace.
        var started = false;
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level < LogLevel.Error || Volatile.Read(ref started));
        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => Volatile.Write(ref started, true));

        // Read now, so that a wrong merchant entry stops the start and not the first payment.
        _ = app.Services.GetRequiredService<IMerchants>();
        LogStarting(app.Logger, PackageSetInfo.Name, storage.Kind);
        app.UsePaymentsApi();
        app.MapPaymentsApi();
        app.MapHealth();
        return app;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Payments starting: package set {PackageSet}, storage {Storage}.")]
    private static partial void LogStarting(ILogger logger, string packageSet, StorageKind storage);
}
