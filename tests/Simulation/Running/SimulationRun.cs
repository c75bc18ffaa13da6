using Payments.Simulation.Checking;
using Payments.Simulation.Clients;
using Payments.Simulation.Engine;
using Payments.Simulation.Providers;
using Payments.Simulation.Silos;

namespace Payments.Simulation.Running;

/// <summary>What came of one run.</summary>
/// <param name="Seed">Repeats it.</param>
/// <param name="Orders">Orders placed.</param>
/// <param name="Cancels">Orders that were cancelled, however often each.</param>
/// <param name="Steps">Steps that were picked.</param>
/// <param name="Passed">Virtual time.</param>
/// <param name="Fingerprint">Of everything that was picked, in order.</param>
/// <param name="Hits">How often each fault struck.</param>
/// <param name="Ends">Payments by final state.</param>
/// <param name="Violations">What is wrong; empty when all is well.</param>
internal sealed record RunResult(
    int Seed,
    int Orders,
    int Cancels,
    long Steps,
    TimeSpan Passed,
    ulong Fingerprint,
    IReadOnlyList<long> Hits,
    IReadOnlyDictionary<string, int> Ends,
    IReadOnlyList<Violation> Violations);

/// <summary>One run: a seed's worth of merchants, customers, providers and trouble; then peace, until nothing is left to do; then the verdict.</summary>
internal sealed class SimulationRun : IDisposable
{
    private const int OrdersMin = 35;
    private const int OrdersMax = 90;
    private const long StepsMax = 5_000_000;

    /// <summary>Longer than any schedule of the service.</summary>
    private static readonly TimeSpan PeaceMax = TimeSpan.FromDays(75);

    /// <summary>Longer than the longest wait between two looks at an object that only others move.</summary>
    private static readonly TimeSpan QuietFor = TimeSpan.FromHours(15);

    private readonly World world;
    private readonly Environs environs;
    private readonly Cluster cluster;
    private readonly Callers callers;
    private readonly Edge edge;
    private readonly List<PaymentOrder> payments = [];
    private readonly List<KlarnaOrder> requests = [];
    private readonly List<Violation> broken = [];
    private int storiesLeft;

    private SimulationRun(int seed, Defects defects, Trace? trace)
    {
        world = new World(seed, trace);
        environs = new Environs(world, defects);
        cluster = new Cluster(environs);
        callers = new Callers(world, cluster, environs.Faults);
        edge = new Edge(environs.Database, callers, defects);
        var courier = new EventCourier(callers, environs.Faults);
        environs.Stripe.Changed = courier.Push;
        environs.Klarna.Changed = courier.Push;
    }

    /// <summary>Runs a seed on the calling thread.</summary>
    public static RunResult Of(int seed, Defects defects = Defects.None, Trace? trace = null)
    {
        // With one on this thread, awaits would leave for it.
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        using var run = new SimulationRun(seed, defects, trace);
        try
        {
            run.Run();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            run.broken.Add(new Violation("simulation", $"seed {seed}", error.ToString()));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }

        return run.Result();
    }

    public void Dispose() => cluster.Dispose();

    private void Run()
    {
        var trouble = world.Pick(TimeSpan.FromMinutes(15), TimeSpan.FromHours(3), TimeSpan.FromHours(30), TimeSpan.FromDays(4));
        cluster.Open();
        cluster.BeginTrouble();
        Open();
        world.RunUntil(() => world.Steps > StepsMax, trouble);
        MakePeace();

        // What waits for a person is looked at again and again; one more round of that must change nothing.
        var end = world.Elapsed + PeaceMax;
        int changes;
        BecomeQuiet(end);
        do
        {
            changes = environs.Database.Changes;
            world.RunUntil(() => world.Steps > StepsMax, world.Elapsed + QuietFor);
            BecomeQuiet(end);
        }
        while (environs.Database.Changes != changes && world.Elapsed < end && world.Steps <= StepsMax);

        if (!IsQuiet)
            broken.Add(new Violation("quiet", $"seed {world.Seed}", $"it never becomes quiet ({storiesLeft} stories, {world.Steps} steps)"));
        broken.AddRange(new Checker(environs, payments, requests).Check());
    }

    private bool IsQuiet => storiesLeft == 0 && !world.HasAppointments && Quiet.IsReached(environs);

    private void BecomeQuiet(TimeSpan end) => world.RunUntil(() => IsQuiet || world.Steps > StepsMax, end);

    /// <summary>Merchants place their orders.</summary>
    private void Open()
    {
        var orders = world.Random.Next(OrdersMin, OrdersMax);
        var span = world.Pick(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(20), TimeSpan.FromHours(3));
        for (var number = 1; number <= orders; number++)
        {
            var merchants = environs.Merchants.All;
            var index = world.Random.Next(merchants.Count);
            var (own, stranger) = (merchants[index].Id, merchants[(index + 1) % merchants.Count].Id);
            var amount = world.Random.Next(3, 100_000);
            if (world.Chance(0.15))
            {
                var order = new KlarnaOrder(own, amount, isInStore: world.Chance(0.4));
                requests.Add(order);
                Begin(new KlarnaStory(callers, order, stranger).RunAsync, span);
            }
            else
            {
                var order = NewPayment(own, $"order-{number}", amount);
                payments.Add(order);
                Begin(new PaymentStory(callers, edge, order, stranger).RunAsync, span);
            }
        }
    }

    private PaymentOrder NewPayment(Guid merchant, string name, long amount) => world.Random.Next(11) switch
    {
        10 => new PaymentOrder(merchant, name, amount, world.Pick(PaymentMethods.Card, PaymentMethods.Card, PaymentMethods.Challenge), authorizeOnly: false)
        {
            SecondMethod = world.Pick(PaymentMethods.OtherCard, PaymentMethods.OtherCard, PaymentMethods.Declined),
        },
        < 5 => new PaymentOrder(merchant, name, amount, PaymentMethods.Card, authorizeOnly: true),
        5 => new PaymentOrder(merchant, name, amount, PaymentMethods.Card, authorizeOnly: false),
        6 => new PaymentOrder(merchant, name, amount, PaymentMethods.Challenge, authorizeOnly: world.Chance(0.7)),
        7 or 8 => new PaymentOrder(merchant, name, amount, PaymentMethods.BankAccount, authorizeOnly: false),
        _ => new PaymentOrder(merchant, name, amount, world.Chance(0.3) ? PaymentMethods.Declined : PaymentMethods.Card, authorizeOnly: true),
    };

    private void Begin(Func<Task> story, TimeSpan span)
    {
        storiesLeft++;
        world.After(world.Between(TimeSpan.FromSeconds(1), span), () => callers.Machine.Begin(async () =>
        {
            try
            {
                await story();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                broken.Add(new Violation("simulation", $"seed {world.Seed}", $"a story broke: {error}"));
            }

            storiesLeft--;
        }));
    }

    /// <summary>Nothing goes wrong any more; what is still to happen happens.</summary>
    private void MakePeace()
    {
        environs.Faults.IsOn = false;
        environs.PeaceSince = world.Now;
        environs.ProvidersDownUntil = TimeSpan.Zero;
        foreach (var silo in cluster.Alive)
            silo.Machine.ClockOffset = TimeSpan.Zero;
        world.Trace?.Write(world, "world", "PEACE: nothing goes wrong any more");
    }

    private RunResult Result()
    {
        var all = payments.Cast<Order>().Concat(requests).ToList();
        var ends = environs.Database.Rows.Where(static row => row.Key.GrainType is "payment" or "payment-request")
            .CountBy(static row => row.Value.Write.Status!).ToDictionary();
        return new RunResult(
            world.Seed, all.Count, all.Count(static order => order.CancelsSent > 0), world.Steps, world.Elapsed, world.Fingerprint,
            environs.Faults.Hits, ends, broken);
    }
}
