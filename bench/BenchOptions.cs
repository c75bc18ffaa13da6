using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Payments.Bench;

/// <summary>What a run is asked to do.</summary>
internal sealed record BenchOptions
{
    private const int PaymentsMax = 500_000;

    /// <summary>The command line, for people.</summary>
    public const string Usage = """
        Usage: bench [options]
          --payments N                       payments to create and to cancel (20000)
          --round N                          payments that are open at the same time: created, then cancelled (5000)
          --clients N                        clients that do it at the same time (64)
          --storage sqlite|postgres|both|adonet
                                             what the silo stores them in (both); adonet is Orleans' own storage on PostgreSQL
          --warmup N                         payments that are created and cancelled before anything is measured (4000)
          --cores N                          processors for everything together, where the system can limit that (2)
          --no-floors                        only report; do not fail when a floor is missed
          --save                             write the result to bench/results
        """;

    /// <summary>Payments to create and to cancel.</summary>
    public int Payments { get; private init; } = 20_000;

    /// <summary>Payments of one round. All of them are created before the first is cancelled.</summary>
    public int RoundSize { get; private init; } = 5_000;

    /// <summary>Clients at the same time, each with one connection and one request under way.</summary>
    public int Clients { get; private init; } = 64;

    /// <summary>What to measure on, in this order.</summary>
    public IReadOnlyList<BenchStorage> Storages { get; private init; } = [BenchStorage.Sqlite, BenchStorage.Postgres];

    /// <summary>Payments before anything is measured: the silo's code is compiled and its connections are open afterwards.</summary>
    public int Warmup { get; private init; } = 4_000;

    /// <summary>Processors for everything together: clients, silo, sandbox and database.</summary>
    public int Cores { get; private init; } = 2;

    /// <summary>Whether a missed floor fails the run.</summary>
    public bool ChecksFloors { get; private init; } = true;

    /// <summary>Whether to write the result to bench/results.</summary>
    public bool Saves { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <returns>False when it makes no sense; then <paramref name="problem"/> says why.</returns>
    public static bool TryParse(string[] args, out BenchOptions options, [NotNullWhen(false)] out string? problem)
    {
        options = new BenchOptions();
        for (var index = 0; index < args.Length; index++)
        {
            var name = args[index];
            if (name is "--no-floors" or "--save")
            {
                options = name == "--save" ? options with { Saves = true } : options with { ChecksFloors = false };
                continue;
            }

            if (index + 1 == args.Length || Apply(options, name, args[++index]) is not { } changed)
            {
                problem = $"bench: {name} is unknown, or its value is missing or makes no sense.";
                return false;
            }

            options = changed;
        }

        problem = null;
        return true;
    }

    private static BenchOptions? Apply(BenchOptions options, string name, string value) => (name, value) switch
    {
        ("--storage", "both") => options with { Storages = [BenchStorage.Sqlite, BenchStorage.Postgres] },
        ("--storage", "sqlite") => options with { Storages = [BenchStorage.Sqlite] },
        ("--storage", "postgres") => options with { Storages = [BenchStorage.Postgres] },
        ("--storage", "adonet") => options with { Storages = [BenchStorage.AdoNet] },
        ("--payments", _) => Number(value, 1, PaymentsMax) is { } payments ? options with { Payments = payments } : null,
        ("--round", _) => Number(value, 1, PaymentsMax) is { } round ? options with { RoundSize = round } : null,
        ("--clients", _) => Number(value, 1, 1024) is { } clients ? options with { Clients = clients } : null,
        ("--warmup", _) => Number(value, 0, PaymentsMax) is { } warmup ? options with { Warmup = warmup } : null,
        ("--cores", _) => Number(value, 1, 64) is { } cores ? options with { Cores = cores } : null,
        _ => null,
    };

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
