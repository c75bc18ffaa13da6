using Payments.Api;
using Payments.Grains.Ports;
using Payments.Silo.Clustering;
using Payments.Silo.Configuration;
using Payments.Silo.Health;
using Payments.Silo.Shutdown;
using Payments.Silo.Telemetry;
using Payments.Storage;

namespace Payments.Silo;

/// <summary>Puts the rooms together in one process: silo, storage and providers, the API, telemetry; which of them, the role says.</summary>
public static partial class PaymentsHost
{
    /// <summary>The configured builder: settings files, environment variables (<c>PAYMENTS__…</c>), command line, files with secrets.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        SecretFiles.Provide(builder.Configuration);
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
        var cluster = ClusterSettingsReader.Read(builder.Configuration, storage);
        var shutdown = ShutdownSettings.Read(builder.Configuration, cluster);

        ListenAddresses.CheckUrls(builder.Configuration);
        if (PackageSetInfo.IsFull && cluster.HostsGrains)
            SiloSetup.CheckPorts(cluster);

        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = shutdown.ReadinessDelay!.Value + shutdown.Timeout);
        builder.Services.AddSingleton(shutdown);
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddHostedService(static provider => provider.GetRequiredService<Draining>());
        if (cluster.HostsGrains)
            builder.AddPaymentsSilo(cluster, storage);
        else
            builder.AddPaymentsClient(cluster);
        if (cluster.ServesApi)
            builder.Services.AddPaymentsApi(builder.Configuration).AddProviderEventReaders();
        builder.AddPaymentsTelemetry(cluster);
        configure?.Invoke(builder);

        // A start that fails is told by whoever started it, in one line; the host would tell it first, with a stack trace.
        var started = false;
        builder.Services.Configure<LoggerFilterOptions>(options => options.Rules.Add(new LoggerFilterRule(
            providerName: null, "Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Warning, (_, _, level) => level < LogLevel.Error || Volatile.Read(ref started))));
        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => Volatile.Write(ref started, true));

        // Read now, so that a wrong merchant entry stops the start and not the first payment.
        _ = app.Services.GetService<IMerchants>();
        LogStarting(app.Logger, PackageSetInfo.Name, cluster.Mode, cluster.Role, storage.Kind);
        if (cluster.ServesApi)
        {
            app.UsePaymentsApi();
            app.MapPaymentsApi();
        }

        app.MapHealth(cluster, storage);
        return app;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Payments starting: package set {PackageSet}, {Mode}, {Role}, storage {Storage}.")]
    private static partial void LogStarting(ILogger logger, string packageSet, ClusterMode mode, ClusterRole role, StorageKind storage);
}
