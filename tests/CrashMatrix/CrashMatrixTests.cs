using System.Collections.Concurrent;
using Payments.CrashMatrix.Actions;
using Payments.CrashMatrix.Harness;
using Payments.Testing;

namespace Payments.CrashMatrix;

/// <summary>
/// SIGKILL at every boundary of every provider action: before and after each durable write and each external call, and in the middle of the calls that
/// change something at a provider. One process stops a payment at each boundary and is then killed with all of them; with
/// <c>PAYMENTS_CRASH_MATRIX=one-by-one</c> a process dies for each payment alone (<c>./dev crash-matrix</c>).
/// </summary>
public abstract class CrashMatrixSuite
{
    private const int ProcessesAtOnce = 3;

    private static readonly bool OneByOne = Environment.GetEnvironmentVariable("PAYMENTS_CRASH_MATRIX") == "one-by-one";

    /// <summary>The storage's name in the table.</summary>
    protected abstract string Storage { get; }

    /// <summary>A new deployment, not started.</summary>
    protected abstract ICrashDeployment Create();

    [DatabaseFact]
    public async Task Killed_at_any_boundary_of_any_action_it_converges_to_one_effect()
    {
        var results = OneByOne ? await KillOneByOneAsync() : await WithDeploymentAsync(CrashAction.All, KillTogetherAsync);
        await MatrixReport.WriteAsync(Storage, OneByOne ? "one SIGKILL for each" : "one SIGKILL for all", results);
        foreach (var action in CrashAction.All)
            Assert.Contains(results, result => result.Cell.Action == action);
        Assert.Empty(results.Where(static result => result.Failure is not null).Select(static result => $"{result.Cell.Name}: {result.Failure}"));
    }

    private static Task<IReadOnlyList<CellResult>> KillTogetherAsync(MatrixRun run, IReadOnlyList<Cell> cells) => run.KillAsync(cells);

    private static async Task<IReadOnlyList<CellResult>> KillEachAsync(MatrixRun run, IReadOnlyList<Cell> cells)
    {
        var results = new List<CellResult>();
        foreach (var cell in cells)
            results.AddRange(await run.KillAsync([cell]));
        return results;
    }

    private async Task<IReadOnlyList<CellResult>> KillOneByOneAsync()
    {
        var results = new ConcurrentDictionary<CrashAction, IReadOnlyList<CellResult>>();
        await Parallel.ForEachAsync(CrashAction.All, new ParallelOptions { MaxDegreeOfParallelism = ProcessesAtOnce }, async (action, _) =>
            results[action] = await WithDeploymentAsync([action], KillEachAsync));
        return [.. CrashAction.All.SelectMany(action => results[action])];
    }

    private async Task<IReadOnlyList<CellResult>> WithDeploymentAsync(
        IReadOnlyList<CrashAction> actions, Func<MatrixRun, IReadOnlyList<Cell>, Task<IReadOnlyList<CellResult>>> kill)
    {
        var crash = Create();
        try
        {
            await crash.Deployment.InitializeAsync();
            var run = new MatrixRun(crash);
            return await kill(run, await run.EnumerateAsync(actions));
        }
        finally
        {
            await crash.Deployment.DisposeAsync();
        }
    }
}

/// <summary>See <see cref="CrashMatrixSuite"/>.</summary>
public sealed class CrashMatrixOnSqlite : CrashMatrixSuite
{
    /// <inheritdoc />
    protected override string Storage => "sqlite";

    /// <inheritdoc />
    protected override ICrashDeployment Create() => new SqliteCrashDeployment();
}

/// <summary>See <see cref="CrashMatrixSuite"/>.</summary>
[RequiresPostgres]
public sealed class CrashMatrixOnPostgres : CrashMatrixSuite
{
    /// <inheritdoc />
    protected override string Storage => "postgres";

    /// <inheritdoc />
    protected override ICrashDeployment Create() => new PostgresCrashDeployment();
}
