using Payments.Simulation.Engine;

namespace Payments.Simulation.Faults;

/// <summary>How often what goes wrong in this run. The seed chooses how bad the world is: from spotless to every fifth message.</summary>
internal sealed class FaultPlan
{
    private static readonly double[] Rates = [0, 0.02, 0.05, 0.1, 0.2];
    private const double FavouriteWeight = 4;
    private static readonly Fault[] All = Enum.GetValues<Fault>();

    private readonly World world;
    private readonly HashSet<Fault> excluded = [];
    private readonly HashSet<Fault> favourites = [];
    private readonly long[] hits = new long[All.Length];

    public FaultPlan(World world)
    {
        this.world = world;
        Rate = world.Pick<double>(Rates);

        // Each run knows only some of them, and has its favourites: a world in which everything fails alike hides what a few failures together
        // would show.
        foreach (var fault in All)
        {
            if (world.Chance(0.3))
                excluded.Add(fault);
            else if (world.Chance(0.1))
                favourites.Add(fault);
        }
    }

    /// <summary>The probability of a fault of ordinary weight.</summary>
    public double Rate { get; }

    /// <summary>While true, things go wrong.</summary>
    public bool IsOn { get; set; } = true;

    public IReadOnlyList<long> Hits => hits;

    /// <summary>Whether the fault strikes now. The caller counts it once it has had its effect.</summary>
    /// <param name="fault">Which.</param>
    /// <param name="weight">How often, compared with others.</param>
    public bool Strikes(Fault fault, double weight = 1) =>
        world.Random.NextDouble() < Rate * weight * (favourites.Contains(fault) ? FavouriteWeight : 1) && IsOn && !excluded.Contains(fault);

    /// <summary>Whether the run knows this fault at all.</summary>
    public bool Knows(Fault fault) => Rate > 0 && !excluded.Contains(fault);

    public void Count(Fault fault) => hits[(int)fault]++;

    /// <summary>Strikes and counts.</summary>
    public bool Hit(Fault fault, double weight = 1)
    {
        if (!Strikes(fault, weight))
            return false;
        Count(fault);
        return true;
    }
}
