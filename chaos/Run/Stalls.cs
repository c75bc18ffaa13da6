using Payments.Chaos.Checking;
using Payments.Chaos.World;

namespace Payments.Chaos.Run;

/// <summary>How long one client waited for a definite answer to a cancel.</summary>
/// <param name="From">When it first asked.</param>
/// <param name="To">When it was answered.</param>
internal readonly record struct Wait(TimeSpan From, TimeSpan To)
{
    /// <summary>How long that was.</summary>
    public TimeSpan Length => To - From;
}

/// <summary>What an event did to the cancels.</summary>
/// <param name="Event">The event.</param>
/// <param name="Cancels">Cancels that were under way at the event or begun within the window after it.</param>
/// <param name="P50">Half of them waited no longer.</param>
/// <param name="P99">99 of 100 waited no longer.</param>
/// <param name="Longest">None waited longer.</param>
/// <param name="Silence">The longest time in the window in which no client got a 2xx from any silo.</param>
internal sealed record Stall(ChaosEvent Event, int Cancels, TimeSpan P50, TimeSpan P99, TimeSpan Longest, TimeSpan Silence);

/// <summary>Works out how long cancels stalled after each event, from the clients' journal.</summary>
internal static class Stalls
{
    /// <summary>Cancels that begin later than this after an event are not put down to it.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    /// <summary>All waits: from a cancel's first try to its first definite answer. A client's next cancel after that is a wait of its own.</summary>
    public static IReadOnlyList<Wait> Waits(IEnumerable<Attempt> attempts)
    {
        var waits = new List<Wait>();
        var cancels = attempts.Where(static attempt => attempt is { Kind: CallKind.Cancel, Foreign: false });
        foreach (var ofOneClient in cancels.GroupBy(static attempt => (attempt.Reference, attempt.Client)))
        {
            TimeSpan? first = null;
            foreach (var attempt in ofOneClient.OrderBy(static attempt => attempt.SentAt))
            {
                first ??= attempt.SentAt;
                if (!attempt.IsDefinite)
                    continue;
                waits.Add(new Wait(first.Value, attempt.EndedAt));
                first = null;
            }
        }

        return waits;
    }

    /// <summary>The stall after one event.</summary>
    public static Stall After(ChaosEvent found, IReadOnlyList<Wait> waits, IReadOnlyList<TimeSpan> successes)
    {
        var lengths = waits.Where(wait => wait.To >= found.At && wait.From <= found.At + Window).Select(static wait => wait.Length).Order().ToList();
        return new Stall(found, lengths.Count, At(lengths, 0.5), At(lengths, 0.99), At(lengths, 1), Silence(found.At, successes));
    }

    /// <summary>When cancels, creates and reads were answered with 2xx, in order.</summary>
    public static IReadOnlyList<TimeSpan> Successes(IEnumerable<Attempt> attempts) =>
        [.. attempts.Where(static attempt => attempt.Status is >= 200 and <= 299).Select(static attempt => attempt.EndedAt).Order()];

    /// <summary>The smallest value that the given share of all values does not exceed; zero without values.</summary>
    public static TimeSpan At(IReadOnlyList<TimeSpan> sorted, double share) =>
        sorted.Count == 0 ? TimeSpan.Zero : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * share) - 1)];

    private static TimeSpan Silence(TimeSpan at, IReadOnlyList<TimeSpan> successes)
    {
        var longest = TimeSpan.Zero;
        var last = at;
        foreach (var success in successes.Where(success => success >= at))
        {
            if (last > at + Window)
                break;
            if (success - last > longest)
                longest = success - last;
            last = success;
        }

        return longest;
    }
}
