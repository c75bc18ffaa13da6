using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Reminders;
using Orleans.Runtime;
using Orleans.Standin;
using Orleans.Storage;
using Payments.Grains;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Simulation.Database;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Merchants;
using Payments.Simulation.Providers;
using Payments.Storage;
using Payments.Storage.Telemetry;

namespace Payments.Simulation.Silos;

/// <summary>One process of the service: the real grains, dispatcher, retry shards and group-commit storage, on a machine of the world.</summary>
internal sealed class SimulatedSilo : IDisposable
{
    private readonly Environs environs;
    private readonly ServiceProvider services;
    private readonly StorageTelemetry telemetry = new();
    private readonly GroupCommitGrainStorage storage;

    /// <summary>Builds the silo and begins its start.</summary>
    public SimulatedSilo(Environs environs, string name)
    {
        this.environs = environs;
        var world = environs.World;
        Machine = new Machine(world, name);
        Connection = new DatabaseConnection(world, environs.Database, environs.Faults);
        storage = new GroupCommitGrainStorage(
            Connection,
            new StorageOptions { Json = GrainStateJson.Options, MaxBatch = world.Pick(1, 4, 256), Writers = world.Pick(1, 2) },
            telemetry,
            Clock(Urgency.Awaited),
            logger: null,
            random: world.Random,
            scheduler: Machine);
        services = Build();
        Grains = services.GetRequiredService<IGrainFactory>();
        Machine.Begin(StartAsync);
    }

    public Machine Machine { get; }

    public IGrainFactory Grains { get; }

    /// <summary>Whether it takes requests.</summary>
    public bool IsOpen { get; private set; }

    private DatabaseConnection Connection { get; }

    /// <summary>The process is gone in the middle of whatever it did.</summary>
    public void Crash()
    {
        IsOpen = false;
        Machine.Die();
    }

    /// <summary>Leaves in order: takes nothing new, ends what it does, writes what is queued.</summary>
    public void Stop(Action stopped)
    {
        IsOpen = false;
        Machine.Begin(async () =>
        {
            foreach (var part in services.GetServices<IHostedService>().Reverse())
                await part.StopAsync(CancellationToken.None);
            await storage.StopAsync(CancellationToken.None);
            Machine.Die();
            stopped();
        });
    }

    /// <summary>Frees what the silo had of this process, once it is dead.</summary>
    public void Dispose()
    {
        services.Dispose();
        telemetry.Dispose();
    }

    private async Task StartAsync()
    {
        foreach (var part in services.GetServices<IHostedService>())
            await part.StartAsync(CancellationToken.None);
        IsOpen = true;
        environs.World.Trace?.Write(environs.World, Machine, "is open");
        if (environs.ScansAtStart)
            await StartScanningAsync();
    }

    /// <summary>What the host does at its start. A failure is made up for by the reminders of earlier starts.</summary>
    private async Task StartScanningAsync()
    {
        for (var shard = 0; shard < environs.Retry.Shards; shard++)
        {
            try
            {
                await Grains.GetGrain<IRetryGrain>(shard).EnsureScanningAsync();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                environs.World.Trace?.Write(environs.World, Machine, $"could not start shard {shard}: {error.Message}");
            }
        }
    }

    private ServiceProvider Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddReminders().AddOutgoingGrainCallFilter(new ReminderFaults(environs.Faults)));
        var all = builder.Services;
        all.AddPaymentGrains();
        all.AddSingleton<ITurnDispatcher>(Machine);
        all.AddSingleton<TaskScheduler>(Machine);
        all.AddSingleton<TimeProvider>(Clock(Urgency.Awaited));
        all.AddKeyedSingleton<TimeProvider>(TimeProviderNames.ActivationManagement, Clock(Urgency.Housekeeping));
        all.AddKeyedSingleton<TimeProvider>(ReminderTimeProviderNames.Reminders, Clock(Urgency.Housekeeping));

        // The only timers of grains are those of the retry shards.
        all.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, Clock(Urgency.Look));
        all.AddSingleton<IChance>(new SeededChance(environs.World));
        all.AddSingleton<IReminderTable>(environs.Reminders);
        all.AddSingleton<IMerchants>(environs.Merchants);
        all.AddSingleton<IDueIndex>(Connection);
        all.AddKeyedSingleton<IGrainStorage>(GrainStorageNames.Payments, storage);
        all.AddSingleton<IMerchantIndex>(storage);
        all.AddSingleton<IWebhookSender>(new WebhookWire(environs.World, environs.Merchants, environs.Faults, environs.Defects));
        all.AddSingleton(Options.Create(environs.Retry));
        all.Configure<GrainCollectionOptions>(options => (options.CollectionQuantum, options.CollectionAge) = (TimeSpan.FromMinutes(5), environs.IdleAge));
        AddProviders(all);
        all.AddSingleton<ILoggerFactory>(new TraceLoggerFactory(environs.World, Machine));
        return all.BuildServiceProvider();
    }

    private void AddProviders(IServiceCollection all)
    {
        var stripe = new StripePort(Wire("stripe"), environs.Stripe);
        var klarna = new KlarnaPort(Wire("klarna"), environs.Klarna, KlarnaProduct.PaymentRequest);
        all.AddSingleton<IPaymentIntents>(stripe);
        all.AddSingleton<IProviderObjects>(stripe);
        all.AddSingleton<IKlarnaPaymentRequests>(klarna);
        all.AddSingleton<IKlarnaPaymentRequests>(new KlarnaPort(Wire("klarna"), environs.Klarna, KlarnaProduct.InStoreSession));
        all.AddSingleton<IKlarnaOrders>(klarna);
        all.AddSingleton<IProviderObjects>(klarna);
    }

    private ProviderWire Wire(string provider) =>
        new(environs.World, Machine, environs.Faults, provider) { IsDown = () => environs.World.Elapsed < environs.ProvidersDownUntil };

    private MachineClock Clock(Urgency urgency) => new(Machine, urgency);

    private sealed class SeededChance(World world) : IChance
    {
        public double Next() => world.Random.NextDouble();
    }
}
