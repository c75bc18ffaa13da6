using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Payments.Chaos;

/// <summary>What a run is asked to do.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Name of the scenario with planned events on a cluster.</summary>
    public const string ClusterCheck = "cluster-check";

    /// <summary>Name of the scenario with random events and faults.</summary>
    public const string Soak = "chaos";

    /// <summary>The command line, for people.</summary>
    public const string Usage = """
        Usage: ./dev cluster check [options]     three silos on PostgreSQL: kills, a database restart, a rolling restart (full package set)
          --cancels N             payments and payment requests whose cancel is answered (20000)
          --kills N               silos that are killed with kill -9 (5)
          --database-restarts N   restarts of PostgreSQL (1)

               ./dev chaos [options]             random kills of silos, sandbox and database, and random faults
          --minutes M             how long (10)

        Both:
          --seed N                repeats the same orders, kills and faults (random)
          --rate N                orders begun per second (cluster check 100, chaos 40)
          --clients N             orders under way at the same time (256)
          --settle-minutes M      how long everything may take to converge in the end (8)
          --Payments:Key=value    a setting for the silos, as in docs/configuration.md
        """;

    private const int SilosOfACluster = 3;

    /// <summary><see cref="ClusterCheck"/> or <see cref="Soak"/>.</summary>
    public string Scenario { get; private init; } = Soak;

    /// <summary>Cancels that must be answered.</summary>
    public int Cancels { get; private init; } = 20_000;

    /// <summary>Silos to kill.</summary>
    public int Kills { get; private init; } = 5;

    /// <summary>Restarts of PostgreSQL.</summary>
    public int DatabaseRestarts { get; private init; } = 1;

    /// <summary>Length of a soak.</summary>
    public TimeSpan Length { get; private init; } = TimeSpan.FromMinutes(10);

    /// <summary>Decides orders, events and faults.</summary>
    public int Seed { get; private init; } = Random.Shared.Next(1_000_000);

    /// <summary>Orders begun per second.</summary>
    public int Rate { get; private init; }

    /// <summary>Orders under way at the same time.</summary>
    public int Clients { get; private init; } = 256;

    /// <summary>How long everything may take to converge in the end.</summary>
    public TimeSpan SettlePatience { get; private init; } = TimeSpan.FromMinutes(8);

    /// <summary>Further settings for the silos.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; private init; } = new Dictionary<string, string>();

    /// <summary>Whether faults are injected.</summary>
    public bool WithFaults => Scenario == Soak;

    /// <summary>How many silos: the stand-in set has no cluster.</summary>
    public static int Silos(bool isFullSet) => isFullSet ? SilosOfACluster : 1;

    /// <summary>Reads the command line.</summary>
    /// <returns>False when it makes no sense; then <paramref name="problem"/> says why.</returns>
    public static bool TryParse(string[] args, out ChaosOptions options, [NotNullWhen(false)] out string? problem)
    {
        options = new ChaosOptions();
        if (args is not [ClusterCheck or Soak, ..])
        {
            problem = $"chaos: the first word is {ClusterCheck} or {Soak}.";
            return false;
        }

        options = options with { Scenario = args[0], Rate = args[0] == Soak ? 40 : 100 };
        for (var index = 1; index < args.Length; index++)
        {
            var changed = args[index] is ['-', '-', .. var setting] && setting.StartsWith("Payments:", StringComparison.OrdinalIgnoreCase) && setting.Contains('=')
                ? options with { Settings = new Dictionary<string, string>(options.Settings) { [setting[..setting.IndexOf('=')]] = setting[(setting.IndexOf('=') + 1)..] } }
                : index + 1 < args.Length ? Apply(options, args[index], args[++index]) : null;
            if (changed is null)
            {
                problem = $"chaos: {args[Math.Min(index, args.Length - 1)]} is unknown, or its value is missing or makes no sense.";
                return false;
            }

            options = changed;
        }

        problem = null;
        return true;
    }

    private static ChaosOptions? Apply(ChaosOptions options, string name, string value) => (options.Scenario, name) switch
    {
        (ClusterCheck, "--cancels") => Number(value, 1, 1_000_000) is { } cancels ? options with { Cancels = cancels } : null,
        (ClusterCheck, "--kills") => Number(value, 0, 1_000) is { } kills ? options with { Kills = kills } : null,
        (ClusterCheck, "--database-restarts") => Number(value, 0, 100) is { } restarts ? options with { DatabaseRestarts = restarts } : null,
        (Soak, "--minutes") => Number(value, 1, 10_000) is { } minutes ? options with { Length = TimeSpan.FromMinutes(minutes) } : null,
        (_, "--seed") => Number(value, 0, int.MaxValue) is { } seed ? options with { Seed = seed } : null,
        (_, "--rate") => Number(value, 1, 10_000) is { } rate ? options with { Rate = rate } : null,
        (_, "--clients") => Number(value, 1, 2_000) is { } clients ? options with { Clients = clients } : null,
        (_, "--settle-minutes") => Number(value, 1, 1_000) is { } minutes ? options with { SettlePatience = TimeSpan.FromMinutes(minutes) } : null,
        _ => null,
    };

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
