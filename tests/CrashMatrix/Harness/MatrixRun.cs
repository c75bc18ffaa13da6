using Payments.CrashMatrix.Actions;
using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Harness;

/// <summary>Finds the boundaries of actions, and kills the silo at them.</summary>
internal sealed class MatrixRun(ICrashDeployment crash)
{
    /// <summary>How long convergence may take.</summary>
    public static readonly TimeSpan ConvergenceMax = TimeSpan.FromSeconds(120);

    /// <summary>What SIGKILL leaves as an exit code.</summary>
    private const int KilledExitCode = 128 + 9;

    /// <summary>How late the sandbox answers a call that is killed in its middle. Longer than the call's deadline: the answer never arrives.</summary>
    private const int HeldMilliseconds = 4000;

    /// <summary>What is due later than this is an observation, not work that is left over.</summary>
    private static readonly TimeSpan FarAway = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ArrivalMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly Deployment deployment = crash.Deployment;

    /// <summary>Carries the actions out without a crash, asserts that they end as they must, and lists their boundaries.</summary>
    public async Task<IReadOnlyList<Cell>> EnumerateAsync(IReadOnlyList<CrashAction> actions)
    {
        var cases = await PrepareAsync(actions);
        await deployment.ArmAsync(actions.Zip(cases, static (action, known) => (action.Name, known, (string?)null)));
        await Task.WhenAll(cases.Select(static known => known.ActAsync()));
        var rested = await RestAsync(cases, TimeProvider.System.GetTimestamp());
        Assert.Equal(cases.Count, rested.Count);
        foreach (var known in cases)
            await known.AssertAsync();

        var progress = (await deployment.ProgressAsync()).ToDictionary(static seen => seen.Name, static seen => seen.Passed);
        return [.. actions.Zip(cases, (action, known) => Boundaries(action, known, progress[action.Name])).SelectMany(static cells => cells)];
    }

    /// <summary>The same as <see cref="KillOnceAsync"/>, and once more for those that did not arrive.</summary>
    public async Task<IReadOnlyList<CellResult>> KillAsync(IReadOnlyList<Cell> cells)
    {
        var results = await KillOnceAsync(cells);
        var missed = results.Where(static result => !result.Arrived).Select(static result => result.Cell).ToList();
        if (missed.Count == 0)
            return results;

        var again = (await KillOnceAsync(missed)).ToDictionary(static result => result.Cell);
        return [.. results.Select(result => again.GetValueOrDefault(result.Cell, result))];
    }

    /// <summary>Prepares one payment per cell, stops each at its boundary, kills the silo when all have arrived, starts it again, and judges.</summary>
    private async Task<IReadOnlyList<CellResult>> KillOnceAsync(IReadOnlyList<Cell> cells)
    {
        var cases = await PrepareAsync([.. cells.Select(static cell => cell.Action)]);
        var unarrived = await KillAtBoundariesAsync(cells, cases);
        var killed = TimeProvider.System.GetTimestamp();
        await deployment.StartSiloAsync();

        var failures = new Dictionary<CrashCase, string>();
        await Task.WhenAll(cases.Select(known => TryAsync(known.ResumeAsync, known, failures)));
        var rested = await RestAsync(cases, killed);
        var results = new List<CellResult>();
        foreach (var (cell, known) in cells.Zip(cases))
        {
            var effects = "";
            var arrived = !unarrived.TryGetValue(cell.Name, out var passed);
            if (!arrived)
                failures[known] = $"never arrived there; it passed {passed}";
            else if (rested.ContainsKey(known) && !failures.ContainsKey(known))
                await TryAsync(async () => effects = await known.AssertAsync(), known, failures);
            var failure = failures.GetValueOrDefault(known) ?? (rested.ContainsKey(known) ? null : $"not at rest after {ConvergenceMax.TotalSeconds} s");
            results.Add(new CellResult(cell, rested.TryGetValue(known, out var after) ? after : null, effects, failure, arrived));
        }

        return results;
    }

    private static IEnumerable<Cell> Boundaries(CrashAction action, CrashCase known, IReadOnlyList<string> passed)
    {
        foreach (var boundary in passed)
        {
            yield return new Cell(action, boundary);
            if (boundary.EndsWith(": before", StringComparison.Ordinal) && known.Holds(Cell.CallOf(boundary)) is not null)
                yield return new Cell(action, boundary.Replace(": before", Cell.InFlight, StringComparison.Ordinal));
        }
    }

    private async Task<IReadOnlyList<CrashCase>> PrepareAsync(IReadOnlyList<CrashAction> actions)
    {
        var cases = new CrashCase[actions.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, actions.Count), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (index, _) => cases[index] = await actions[index].PrepareAsync(deployment));

        // What is still being recorded of their creation must not count as part of the action.
        await RestAsync(cases, TimeProvider.System.GetTimestamp(), anyStatus: true);
        return cases;
    }

    /// <returns>What has not arrived, with what it has passed instead.</returns>
    private async Task<IReadOnlyDictionary<string, string>> KillAtBoundariesAsync(IReadOnlyList<Cell> cells, IReadOnlyList<CrashCase> cases)
    {
        var silo = deployment.Silo;
        var inFlight = cells.Zip(cases).Where(static pair => pair.First.CallInFlight is not null)
            .Select(static pair => (pair.First.Name, Held: pair.Second.Holds(pair.First.CallInFlight!)!)).ToList();
        foreach (var (_, held) in inFlight)
            await deployment.Sandbox.OrderAsync(Fault.AnswerHeld(held.Operation, HeldMilliseconds, held.Match));
        await deployment.ArmAsync(cells.Zip(cases, static (cell, known) => (cell.Name, known, (string?)cell.Boundary)));

        var acts = cases.Select(static known => known.ActAsync()).ToList();
        var arrivals = inFlight.Select(async call =>
        {
            await deployment.Sandbox.WaitForOperationAsync(call.Held.Operation, call.Held.ObjectId);
            await deployment.ArriveAsync(call.Name);
        }).ToList();
        var unarrived = new Dictionary<string, string>();
        try
        {
            await silo.Exited.WaitAsync(ArrivalMax);
            Assert.Equal(KilledExitCode, silo.ExitCode);
        }
        catch (TimeoutException)
        {
            foreach (var seen in (await deployment.ProgressAsync()).Where(static seen => !seen.Arrived))
                unarrived[seen.Name] = string.Join(", ", seen.Passed);
            await silo.KillAsync();
        }

        await Task.WhenAll([.. acts, .. arrivals]);
        return unarrived;
    }

    /// <summary>Waits until the cases are in their final states with nothing due soon. Nobody announces that a row has nothing left to do, so the
    /// database is asked now and then.</summary>
    /// <returns>Those that are, each with the time since <paramref name="began"/>.</returns>
    private async Task<Dictionary<CrashCase, TimeSpan>> RestAsync(IReadOnlyList<CrashCase> cases, long began, bool anyStatus = false)
    {
        var rested = new Dictionary<CrashCase, TimeSpan>();
        using var look = new PeriodicTimer(LookInterval);
        do
        {
            var rows = await CrashDeployment.ReadRowsAsync(crash.Connect());
            var since = TimeProvider.System.GetElapsedTime(began);
            var soon = TimeProvider.System.GetUtcNow() + FarAway;
            foreach (var known in cases.Where(known => !rested.ContainsKey(known)))
            {
                var rest = known.Rest;
                var isThere = rows.TryGetValue((rest.Type, rest.Key), out var row);

                // What the action itself creates is not there before it.
                if (isThere ? (anyStatus || row!.Status == rest.Status) && (row!.DueAt is null || row.DueAt > soon) : anyStatus)
                    rested[known] = since;
            }

            if (rested.Count == cases.Count || since > ConvergenceMax)
                return rested;
        }
        while (await look.WaitForNextTickAsync());
        return rested;
    }

    private static async Task TryAsync(Func<Task> work, CrashCase known, Dictionary<CrashCase, string> failures)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            lock (failures)
                failures[known] = failure.Message;
        }
    }
}
