using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using Orleans.Timers;

namespace Orleans.Hosting
{
    /// <summary>Work at the start of the silo.</summary>
    public static class SiloBuilderStartupExtensions
    {
        public static ISiloBuilder AddStartupTask<TStartup>(this ISiloBuilder builder, int stage = ServiceLifecycleStage.Active)
            where TStartup : class, IStartupTask =>
            builder.AddStartupTask((services, token) => ActivatorUtilities.GetServiceOrCreateInstance<TStartup>(services).Execute(token), stage);

        public static ISiloBuilder AddStartupTask(this ISiloBuilder builder, IStartupTask startupTask, int stage = ServiceLifecycleStage.Active) =>
            builder.AddStartupTask((_, token) => startupTask.Execute(token), stage);

        public static ISiloBuilder AddStartupTask(
            this ISiloBuilder builder, Func<IServiceProvider, CancellationToken, Task> startupTask, int stage = ServiceLifecycleStage.Active) =>
            builder.ConfigureServices(services => services.AddTransient<ILifecycleParticipant<ISiloLifecycle>>(
                provider => new StartupTask(provider, startupTask, stage)));

        private sealed class StartupTask(IServiceProvider services, Func<IServiceProvider, CancellationToken, Task> task, int stage)
            : ILifecycleParticipant<ISiloLifecycle>
        {
            public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe<StartupTask>(stage, token => task(services, token));
        }
    }

    /// <summary>The memory storage.</summary>
    public static class MemoryGrainStorageSiloBuilderExtensions
    {
        public static ISiloBuilder AddMemoryGrainStorageAsDefault(this ISiloBuilder builder) =>
            builder.AddMemoryGrainStorage(StorageProviderExtensions.DefaultName);

        public static ISiloBuilder AddMemoryGrainStorage(this ISiloBuilder builder, string name) =>
            builder.ConfigureServices(services => services.AddGrainStorage(name, (_, _) => new MemoryGrainStorage()));

        public static ISiloBuilder AddMemoryGrainStorage(
            this ISiloBuilder builder, string name, Action<MemoryGrainStorageOptions> configureOptions) =>
            builder.AddMemoryGrainStorage(name).ConfigureServices(services => services.Configure(name, configureOptions));
    }

    /// <summary>Reminders.</summary>
    public static class SiloBuilderReminderExtensions
    {
        /// <summary>Fires the reminders of the registered <see cref="IReminderTable"/>.</summary>
        public static ISiloBuilder AddReminders(this ISiloBuilder builder) => builder.ConfigureServices(services => services.AddReminders());

        public static void AddReminders(this IServiceCollection services)
        {
            if (services.Any(service => service.ServiceType == typeof(LocalReminderService)))
                return;
            services.AddSingleton<LocalReminderService>();
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
                static provider => provider.GetRequiredService<LocalReminderService>());
            services.TryAddSingleton<IReminderRegistry, ReminderRegistry>();
        }
    }

    /// <summary>Reminders in memory.</summary>
    public static class SiloBuilderReminderMemoryExtensions
    {
        public static ISiloBuilder UseInMemoryReminderService(this ISiloBuilder builder) =>
            builder.AddReminders().ConfigureServices(services => services.AddSingleton<IReminderTable, InMemoryReminderTable>());
    }
}

namespace Orleans.Runtime.Hosting
{
    /// <summary>Registers grain storages.</summary>
    public static class StorageProviderExtensions
    {
        internal const string DefaultName = "Default";

        /// <summary>Registers a storage under a name; the name "Default" also makes it the one for states without a provider's name.</summary>
        public static IServiceCollection AddGrainStorage<T>(
            this IServiceCollection collection, string name, Func<IServiceProvider, string, T> implementationFactory)
            where T : IGrainStorage
        {
            collection.AddKeyedSingleton<IGrainStorage>(name, (services, key) => implementationFactory(services, (string)key!));
            if (name == DefaultName)
                collection.TryAddSingleton(services => services.GetRequiredKeyedService<IGrainStorage>(DefaultName));
            if (typeof(ILifecycleParticipant<ISiloLifecycle>).IsAssignableFrom(typeof(T)))
            {
                collection.AddSingleton(
                    services => (ILifecycleParticipant<ISiloLifecycle>)services.GetRequiredKeyedService<IGrainStorage>(name));
            }

            return collection;
        }
    }
}
