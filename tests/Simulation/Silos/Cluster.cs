using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Running;

namespace Payments.Simulation.Silos;

/// <summary>The silos that live now, and what befalls them.</summary>
internal sealed class Cluster : IDisposable
{
    private const int CrashesMax = 6;
    private const int TroublesMax = 30;
    private static readonly double[] CrashRates = [0, 0.0002, 0.001, 0.003];

    private readonly Environs environs;
    private readonly World world;
    private readonly FaultPlan faults;
    private readonly List<SimulatedSilo> all = [];
    private readonly double crashRate;
    private int crashes;
    private int troubles;

    public Cluster(Environs environs)
    {
        this.environs = environs;
        (world, faults) = (environs.World, environs.Faults);
        crashRate = faults.Knows(Fault.SiloCrash) ? world.Pick<double>(CrashRates) : 0;
        world.BeforeStep = PerhapsCrash;
        world.NextDuty = NextDuty;
    }

    /// <summary>Those whose machine runs, open or not.</summary>
    public IEnumerable<SimulatedSilo> Alive => all.Where(static silo => silo.Machine.IsAlive);

    /// <summary>Some silo that takes requests, or null.</summary>
    public SimulatedSilo? Any()
    {
        var open = Alive.Where(static silo => silo.IsOpen).ToArray();
        return open.Length == 0 ? null : open[world.Random.Next(open.Length)];
    }

    /// <summary>Starts the first silo; in some worlds two that know nothing of each other.</summary>
    public void Open()
    {
        Start();
        if (!faults.Knows(Fault.DuplicateActivations) || !world.Chance(0.4))
            return;
        faults.Count(Fault.DuplicateActivations);
        Start();
        var second = all[^1];
        world.After(world.Between(TimeSpan.FromMinutes(1), TimeSpan.FromHours(2)), () => Stop(second));
    }

    public void Start()
    {
        // The start of a silo may fail to start the shards; what earlier ones have registered then brings them back.
        var hasReminders = environs.Reminders.Count == environs.Retry.Shards;
        environs.ScansAtStart = !environs.Defects.HasFlag(Defects.NobodyScans) && !(hasReminders && faults.IsOn && world.Chance(0.3));
        var silo = new SimulatedSilo(environs, $"silo-{all.Count + 1}");
        all.Add(silo);
        world.Trace?.Write(world, silo.Machine, "starts");
    }

    /// <summary>Begins to make trouble, and goes on until faults are off.</summary>
    public void BeginTrouble() => world.After(world.Between(TimeSpan.FromSeconds(2), world.Elapsed + TimeSpan.FromMinutes(5)), () =>
    {
        if (!faults.IsOn || ++troubles > TroublesMax)
            return;
        Trouble();
        BeginTrouble();
    });

    public void Dispose()
    {
        foreach (var silo in all)
            silo.Dispose();
    }

    private void PerhapsCrash()
    {
        if (crashRate == 0 || crashes >= CrashesMax || !faults.IsOn || world.Random.NextDouble() >= crashRate || Any() is not { } victim)
            return;
        crashes++;
        faults.Count(Fault.SiloCrash);
        world.Trace?.Write(world, victim.Machine, "CRASHES");
        victim.Crash();
        StartLater();
    }

    private void Trouble()
    {
        if (Any() is not { } silo)
            return;
        switch (world.Random.Next(5))
        {
            case 0 when faults.Hit(Fault.SiloPause, 4):
                var length = world.Between(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(3));
                world.Trace?.Write(world, silo.Machine, $"stands still for {length}");
                silo.Machine.Pause(length);
                break;
            case 1 when faults.Hit(Fault.ClockJump, 4):
                silo.Machine.ClockOffset = world.Between(TimeSpan.Zero, TimeSpan.FromMinutes(20)) * world.Pick(-1, 1);
                world.Trace?.Write(world, silo.Machine, $"clock is off by {silo.Machine.ClockOffset}");
                break;
            case 2 when Alive.Count() == 1 && faults.Hit(Fault.DuplicateActivations, 5):
                Start();
                world.After(world.Between(TimeSpan.FromSeconds(20), TimeSpan.FromHours(1)), () => Stop(silo));
                break;
            case 3 when Alive.Count() == 1 && faults.Hit(Fault.SiloStop, 3):
                Start();
                Stop(silo);
                break;
            case 4 when faults.Strikes(Fault.ProviderOutage, 2):
                environs.ProvidersDownUntil = world.Elapsed + world.Between(TimeSpan.FromMinutes(1), world.Pick(TimeSpan.FromMinutes(20), TimeSpan.FromHours(2), TimeSpan.FromHours(30)));
                world.Trace?.Write(world, "providers", $"are down until {environs.ProvidersDownUntil}");
                break;
        }
    }

    private void Stop(SimulatedSilo silo)
    {
        if (!silo.IsOpen)
            return;
        world.Trace?.Write(world, silo.Machine, "stops");
        silo.Stop(() =>
        {
            world.Trace?.Write(world, silo.Machine, "has stopped");
            if (!Alive.Any())
                Start();
        });
    }

    private void StartLater() => world.After(world.Between(TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(2)), () =>
    {
        if (!Alive.Any())
            Start();
    });

    /// <summary>A row that becomes due needs time to go on, on the clock that is furthest ahead.</summary>
    private TimeSpan? NextDuty()
    {
        if (environs.Database.NextDue is not { } due)
            return null;

        // Asked at every step.
        TimeSpan? ahead = null;
        foreach (var silo in all)
        {
            if (silo.Machine.IsAlive && (ahead is null || silo.Machine.ClockOffset > ahead))
                ahead = silo.Machine.ClockOffset;
        }

        return ahead is null ? null : due - World.Start - ahead;
    }
}
