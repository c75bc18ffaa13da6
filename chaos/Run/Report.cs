using Payments.Chaos.Checking;
using Payments.Chaos.Checking.Rules;
using Payments.Chaos.Load;
using Payments.Chaos.World;

namespace Payments.Chaos.Run;

/// <summary>All that is known at the end of a run.</summary>
internal sealed record Result(
    ChaosOptions Options,
    Evidence Evidence,
    IReadOnlyList<Violation> Violations,
    EventLog Events,
    Clock Clock,
    Journal Journal,
    RollingRestart? Rolling,
    TimeSpan? Settled,
    IReadOnlyDictionary<string, int> FaultsStruck);

/// <summary>Tells a run in plain text.</summary>
internal static class Report
{
    private const int ViolationsShown = 20;
    private const int ProofLinesShown = 40;

    /// <summary>What is about to happen.</summary>
    public static void Head(ChaosOptions options, int silos, bool isFullSet, IReadOnlyDictionary<string, string> changed, TextWriter output)
    {
        var what = options.Scenario == ChaosOptions.ClusterCheck
            ? $"cluster check: {options.Cancels} cancels, {options.Kills} kills, {options.DatabaseRestarts} database restarts, a rolling restart"
            : $"chaos for {options.Length.TotalMinutes:F0} minutes";
        output.WriteLine($"{what}; seed {options.Seed}");
        output.WriteLine(
            $"Package set {(isFullSet ? "full" : "standin")}, {silos} silo{(silos == 1 ? "" : "s in a cluster")}, PostgreSQL with fsync, {options.Rate} orders/s, up to {options.Clients} at a time, {Environment.ProcessorCount} processors for everything");
        foreach (var (key, value) in changed)
            output.WriteLine($"  not as in production: {key}={value}");
    }

    /// <summary>What a client saw during the rolling restart that is no answer of the contract's.</summary>
    public static IEnumerable<Violation> RollingErrors(RollingRestart? rolling, Evidence evidence) => rolling is null ? [] :
        from found in evidence.Cases
        from attempt in found.Attempts
        where IsDuring(rolling, attempt) && IsError(attempt)
        select Violation.Of("rolling restart", found, $"a client of a ready silo saw an error: {attempt}");

    /// <summary>Failures that the silos themselves took for defects, by their logs.</summary>
    public static IEnumerable<Violation> Defects(IEnumerable<(string Silo, string Output)> logs) =>
        from log in logs
        from line in log.Output.Split('\n')
        where line.Contains("(temporary: False)", StringComparison.Ordinal)
        select new Violation("defect", log.Silo, "a request failed, and not for a reason that will pass", [line]);

    /// <summary>The figures, and the violations.</summary>
    public static void Print(Result result, TextWriter output)
    {
        var attempts = result.Evidence.Cases.SelectMany(static found => found.Attempts).ToList();
        output.WriteLine();
        Load(result, attempts, output);
        PrintEvents(result, attempts, output);
        if (result.Rolling is { } rolling)
            PrintRolling(rolling, attempts, output);
        if (result.Options.WithFaults)
            Row(output, "faults that struck", $"{result.FaultsStruck.Values.Sum()}", [.. result.FaultsStruck.Select(static pair => $"{pair.Value} {pair.Key}")]);
        Ends(result, output);
        output.WriteLine();
        foreach (var violation in result.Violations.Take(ViolationsShown))
        {
            output.WriteLine($"VIOLATION {violation.Invariant} {violation.Subject}: {violation.What}");
            foreach (var line in violation.Proof.Take(ProofLinesShown))
                output.WriteLine($"    {line}");
        }

        if (result.Violations.Count > ViolationsShown)
            output.WriteLine($"… and {result.Violations.Count - ViolationsShown} more");
        output.WriteLine($"{result.Violations.Count} violations of I1 to I7 and of the contract, in {result.Evidence.Cases.Count} orders, {result.Clock.Now.TotalSeconds:F0} s");
    }

    private static void Load(Result result, List<Attempt> attempts, TextWriter output)
    {
        var payhub = result.Evidence.Cases.Count(static found => found.Order.Contract == Contract.Payhub);
        Row(output, "orders", $"{result.Evidence.Cases.Count}", $"{result.Evidence.Cases.Count - payhub} payments, {payhub} payment requests, {result.Evidence.Cases.Count(static found => found.IsGivenUp)} given up by their clients");
        Row(output, "cancels answered", $"{result.Journal.CancelsAnswered}");
        Row(output, "requests", $"{attempts.Count}", [.. attempts.GroupBy(static attempt => attempt.Status == 0 ? $"{attempt.Ending}" : $"{attempt.Status}")
            .OrderBy(static group => group.Key).Select(static group => $"{group.Key}: {group.Count()}")]);
    }

    private static void PrintEvents(Result result, List<Attempt> attempts, TextWriter output)
    {
        foreach (var kind in Enum.GetValues<EventKind>())
        {
            if (result.Events.Count(kind) is var count and > 0)
                Row(output, EventLog.Words(kind), $"{count}");
        }

        var waits = Stalls.Waits(attempts);
        var successes = Stalls.Successes(attempts);
        var lengths = waits.Select(static wait => wait.Length).Order().ToList();
        Row(output, "cancels until answered, all", $"p50 {Seconds(Stalls.At(lengths, 0.5))}, p99 {Seconds(Stalls.At(lengths, 0.99))}, longest {Seconds(Stalls.At(lengths, 1))}");
        output.WriteLine();
        output.WriteLine($"  Stall of cancels under way at an event, or begun within {Stalls.Window.TotalSeconds:F0} s after it:");
        output.WriteLine($"  {"at",8}  {"event",-38}{"cancels",9}{"p50",10}{"p99",10}{"longest",10}   no 2xx for   declared dead after");
        var stalls = result.Events.All.Select(found => Stalls.After(found, waits, successes)).ToList();
        foreach (var stall in stalls)
            output.WriteLine($"  {stall.Event.At.TotalSeconds,6:F1} s  {$"{EventLog.Words(stall.Event.Kind)}: {stall.Event.Target}",-38}{stall.Cancels,9}{Seconds(stall.P50),10}{Seconds(stall.P99),10}{Seconds(stall.Longest),10}{Seconds(stall.Silence),13}{(stall.Event.DeclaredDeadAt is { } dead ? $"   {Seconds(dead - stall.Event.At)}" : "")}");
        foreach (var ofOneKind in stalls.GroupBy(static stall => stall.Event.Kind))
            Row(output, $"{EventLog.Words(ofOneKind.Key)}:", $"p99 stall up to {Seconds(ofOneKind.Max(static stall => stall.P99))}, longest {Seconds(ofOneKind.Max(static stall => stall.Longest))}");
        output.WriteLine();
    }

    private static void PrintRolling(RollingRestart rolling, List<Attempt> attempts, TextWriter output)
    {
        var during = attempts.Where(attempt => IsDuring(rolling, attempt) && attempt.MayHaveArrived).ToList();
        Row(
            output, "rolling restart", $"{during.Count} requests in {Seconds(rolling.To - rolling.From)}",
            $"{during.Count(static attempt => attempt.Status is >= 200 and <= 299)} answered 2xx",
            $"{during.Count(static attempt => attempt.Status is >= 400 and <= 499)} refused as the contract says (repeated, foreign, or under a key in use)",
            $"{during.Count(IsError)} errors",
            $"{rolling.RefusedConnections} connections refused before anything was sent",
            $"silos ended after {string.Join(", ", rolling.Stops.Select(Seconds))}");
    }

    private static void Ends(Result result, TextWriter output)
    {
        var evidence = result.Evidence;
        var convergence = Convergence.Of(evidence, result.Clock);
        var rows = evidence.Cases.SelectMany(static found => found.Rows).ToList();
        Row(output, "states in the end", $"{rows.Count} rows", [.. rows.GroupBy(static row => $"{row.Contract} {row.Status}").OrderBy(static group => group.Key).Select(static group => $"{group.Key}: {group.Count()}")]);
        Row(
            output, "webhooks received", $"{evidence.Cases.Sum(static found => found.Webhooks.Count)}",
            $"{convergence.Payments} cancellations announced",
            $"{rows.Count(static row => row.Outbox.Any(static entry => entry.IsDeadLetter))} dead letters",
            $"{rows.Count(row => row.Outbox.Any(static entry => !entry.IsDeadLetter) && Announcements.IsOnItsWay(row, evidence.CollectedAt))} waiting for their next attempt");
        Row(output, "from cancel to webhook", $"p99 {Seconds(convergence.P99)}, longest {Seconds(convergence.Longest)} ({convergence.LongestReference})");
        Row(output, "after the last order", result.Settled is { } settled ? $"everything had converged {Seconds(settled)} later" : "not everything converged");
    }

    /// <summary>Whether a client saw what no healthy service shows: no answer, or an error of the server's.</summary>
    private static bool IsError(Attempt attempt) => attempt.Ending == Ending.NoAnswer || attempt.Status >= 500;

    private static bool IsDuring(RollingRestart rolling, Attempt attempt) => attempt.EndedAt >= rolling.From && attempt.SentAt <= rolling.To;

    private static void Row(TextWriter output, string name, string value, params IReadOnlyList<string> details) =>
        output.WriteLine($"  {name,-32}{value}{(details.Count == 0 ? "" : $" ({string.Join("; ", details)})")}");

    private static string Seconds(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? $"{time.TotalMilliseconds:F0} ms" : $"{time.TotalSeconds:F1} s";
}
