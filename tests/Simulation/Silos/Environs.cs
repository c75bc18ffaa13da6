using Payments.Grains.Retry;
using Payments.Simulation.Database;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Merchants;
using Payments.Simulation.Providers;
using Payments.Simulation.Running;

namespace Payments.Simulation.Silos;

/// <summary>Everything around the silos of a run: what outlives each of them.</summary>
internal sealed class Environs
{
    public Environs(World world, Defects defects)
    {
        World = world;
        Defects = defects;
        Faults = new FaultPlan(world);
        Database = new SimulatedDatabase(world, defects);
        Reminders = new SimulatedReminders(world, Faults);
        Merchants = new SimulatedMerchants(world, Faults);
        Stripe = new SimulatedStripe(world, Faults, defects);
        Klarna = new SimulatedKlarna(world, Faults, defects);

        // Enough shards that grains of different ones meet, few enough that looking is cheap.
        Retry = new RetryOptions
        {
            Shards = 2,
            ScanInterval = TimeSpan.FromSeconds(world.Pick(1, 5)),
            ReminderPeriod = TimeSpan.FromMinutes(world.Pick(1, 5)),
            WakesInFlightMax = world.Pick(2, 64),
        };
        IdleAge = TimeSpan.FromMinutes(world.Pick(6, 15, 60));
    }

    public World World { get; }

    public Defects Defects { get; }

    public FaultPlan Faults { get; }

    public SimulatedDatabase Database { get; }

    public SimulatedReminders Reminders { get; }

    public SimulatedMerchants Merchants { get; }

    public SimulatedStripe Stripe { get; }

    public SimulatedKlarna Klarna { get; }

    /// <summary>How due rows are looked for.</summary>
    public RetryOptions Retry { get; }

    /// <summary>How long a grain stays in memory unused.</summary>
    public TimeSpan IdleAge { get; }

    /// <summary>Until then, in virtual time since the start, the providers answer nobody.</summary>
    public TimeSpan ProvidersDownUntil { get; set; }

    /// <summary>Since when nothing goes wrong any more.</summary>
    public DateTimeOffset PeaceSince { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Whether silos start the retry shards, or leave that to the reminders.</summary>
    public bool ScansAtStart { get; set; } = true;
}
