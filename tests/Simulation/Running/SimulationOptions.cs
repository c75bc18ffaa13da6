using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Payments.Simulation.Running;

/// <summary>What to run.</summary>
/// <param name="From">The first seed.</param>
/// <param name="To">The last seed, if it gets that far.</param>
/// <param name="CancelsWanted">Ends after so many cancels; null for all seeds.</param>
/// <param name="Jobs">Runs at a time.</param>
/// <param name="IsTraced">Tells the story of the one seed.</param>
internal sealed record SimulationOptions(int From, int To, long? CancelsWanted, int Jobs, bool IsTraced)
{
    public const string Usage = "Usage: ./dev simulate [--seeds A..B | --seed N] [--cancels N] [--jobs J] [--trace]";

    private const int SeedsUsual = 300;

    /// <summary>Reads a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="options">When true: what to run.</param>
    /// <param name="problem">When false: why not.</param>
    public static bool TryParse(IReadOnlyList<string> args, [NotNullWhen(true)] out SimulationOptions? options, out string? problem)
    {
        options = null;
        problem = null;
        int? from = null, to = null;
        long? cancels = null;
        var (jobs, isTraced) = (Environment.ProcessorCount, false);
        for (var i = 0; i < args.Count; i++)
        {
            var value = i + 1 < args.Count ? args[i + 1] : "";
            switch (args[i])
            {
                case "--trace":
                    isTraced = true;
                    continue;
                case "--seed" when TryRead(value, out var seed):
                    (from, to) = (seed, seed);
                    break;
                case "--seeds" when value.Split("..") is [var first, var last] && TryRead(first, out var low) && TryRead(last, out var high) && low <= high:
                    (from, to) = (low, high);
                    break;
                case "--cancels" when TryRead(value, out var wanted):
                    cancels = wanted;
                    break;
                case "--jobs" when TryRead(value, out jobs) && jobs > 0:
                    break;
                default:
                    problem = $"Not understood: {args[i]} {value}";
                    return false;
            }

            i++;
        }

        if (isTraced && from != to)
        {
            problem = "A story is told of one seed.";
            return false;
        }

        var start = from ?? 1;
        options = new SimulationOptions(start, to ?? (cancels is null ? start + SeedsUsual - 1 : int.MaxValue), cancels, jobs, isTraced && from is not null);
        return true;
    }

    private static bool TryRead(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
