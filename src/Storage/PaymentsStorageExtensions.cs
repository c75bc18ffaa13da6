using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans;
using Orleans.Hosting;
using Orleans.Storage;
using Payments.Grains.Ports;
using Payments.Storage.Postgres;
using Payments.Storage.Reminders;
using Payments.Storage.Rows;
using Payments.Storage.Sqlite;
using Payments.Storage.Telemetry;

namespace Payments.Storage;

/// <summary>Registers this room.</summary>
public static class PaymentsStorageExtensions
{
    /// <summary>Adds the storage to a silo; see the other overload.</summary>
    public static ISiloBuilder AddPaymentsStorage(this ISiloBuilder builder, StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddPaymentsStorage(options);
        return builder;
    }

    /// <summary>Adds the grain storage under <see cref="StorageNames.Payments"/>, <see cref="IDueIndex"/>, <see cref="IMerchantIndex"/>,
    /// <see cref="IOperatorIndex"/>,
    /// <see cref="IStorageStatistics"/>, the migrations at start and, unless switched off, the <see cref="IReminderTable"/>.</summary>
    /// <remarks>The host's start throws <see cref="StorageUnavailableException"/> when the database cannot be used.
    /// <see cref="StorageKind.AdoNet"/> needs Orleans' ADO.NET grain storage too, under <see cref="StorageNames.AdoNet"/>.</remarks>
    /// <exception cref="StorageUnavailableException">The options make no sense.</exception>
    public static IServiceCollection AddPaymentsStorage(this IServiceCollection services, StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<StorageTelemetry>();
        services.AddSingleton<IDueIndex>(static provider => provider.GetRequiredService<IStateStore>());
        services.AddSingleton<IOperatorIndex>(static provider => provider.GetRequiredService<IStateStore>());
        services.AddHostedService<StorageStartup>();
        if (options.Kind == StorageKind.Sqlite)
            services.AddSqlite();
        else
            services.AddPostgres();
        if (options.Kind == StorageKind.AdoNet)
            services.AddSingleton<AdoNetConnections>().AddGrainStorage<AdoNetGrainRows>();
        else
            services.AddGrainStorage<GroupCommitGrainStorage>();
        if (options.ProvideReminders)
            services.AddSingleton<IReminderTable>(static provider => new SqlReminderTable(provider.GetRequiredService<IReminderStore>()));
        return services;
    }

    private static void AddSqlite(this IServiceCollection services) => services
        .AddSingleton<SqliteStateStore>()
        .AddSingleton<IStateStore>(static provider => provider.GetRequiredService<SqliteStateStore>())
        .AddSingleton<IReminderStore, SqliteReminderStore>();

    private static void AddPostgres(this IServiceCollection services) => services
        .AddSingleton<PostgresStateStore>()
        .AddSingleton<IStateStore>(static provider => provider.GetRequiredService<PostgresStateStore>())
        .AddSingleton<IReminderStore, PostgresReminderStore>();

    private static void AddGrainStorage<TStorage>(this IServiceCollection services)
        where TStorage : class, IGrainStorage, IMerchantIndex, IStorageStatistics => services
        .AddSingleton<TStorage>()
        .AddSingleton<IMerchantIndex>(static provider => provider.GetRequiredService<TStorage>())
        .AddSingleton<IStorageStatistics>(static provider => provider.GetRequiredService<TStorage>())
        .AddKeyedSingleton<IGrainStorage>(StorageNames.Payments, static (provider, _) => provider.GetRequiredService<TStorage>());
}
