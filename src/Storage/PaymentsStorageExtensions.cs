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
    /// <see cref="IStorageStatistics"/>, the migrations at start and, unless switched off, the <see cref="IReminderTable"/>.</summary>
    /// <remarks>The host's start throws <see cref="StorageUnavailableException"/> when the database cannot be used.</remarks>
    /// <exception cref="StorageUnavailableException">The options make no sense.</exception>
    public static IServiceCollection AddPaymentsStorage(this IServiceCollection services, StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<StorageTelemetry>();
        services.AddSingleton<GroupCommitGrainStorage>();
        services.AddSingleton<IMerchantIndex>(static provider => provider.GetRequiredService<GroupCommitGrainStorage>());
        services.AddSingleton<IStorageStatistics>(static provider => provider.GetRequiredService<GroupCommitGrainStorage>());
        services.AddKeyedSingleton<IGrainStorage>(StorageNames.Payments, static (provider, _) => provider.GetRequiredService<GroupCommitGrainStorage>());
        services.AddSingleton<IDueIndex>(static provider => provider.GetRequiredService<IStateStore>());
        services.AddHostedService<StorageStartup>();
        switch (options.Kind)
        {
            case StorageKind.Postgres:
                services.AddSingleton<PostgresStateStore>();
                services.AddSingleton<IStateStore>(static provider => provider.GetRequiredService<PostgresStateStore>());
                services.AddSingleton<IReminderStore, PostgresReminderStore>();
                break;
            default:
                services.AddSingleton<SqliteStateStore>();
                services.AddSingleton<IStateStore>(static provider => provider.GetRequiredService<SqliteStateStore>());
                services.AddSingleton<IReminderStore, SqliteReminderStore>();
                break;
        }

        if (options.ProvideReminders)
            services.AddSingleton<IReminderTable>(static provider => new SqlReminderTable(provider.GetRequiredService<IReminderStore>()));
        return services;
    }
}
