using System.Globalization;
using Payments.EndToEnd.Harness;
using Payments.Testing.Processes;

namespace Payments.CrashMatrix.Harness;

/// <summary>The table of a run, for people.</summary>
internal static class MatrixReport
{
    /// <summary>Writes it to <c>artifacts/crash-matrix/SET-STORAGE.md</c>.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="kills">How the processes died.</param>
    /// <param name="results">How the cells ended.</param>
    public static async Task WriteAsync(string storage, string kills, IReadOnlyList<CellResult> results)
    {
        var folder = Directory.CreateDirectory(Path.Combine(DotnetCommand.RepositoryRoot, "artifacts", "crash-matrix"));
        var lines = new List<string> { "| action | killed at | converged after, s | effects |", "|---|---|---|---|" };
        lines.AddRange(results.Select(static result =>
            $"| {result.Cell.Action.Name} | {result.Cell.Boundary} | {Seconds(result.ConvergedAfter)} | {result.Failure ?? result.Effects} |"));
        var converged = results.Where(static result => result.ConvergedAfter is not null).Select(static result => result.ConvergedAfter!.Value).Order().ToList();
        lines.Add("");
        lines.Add($"{results.Count} boundaries on {storage}, {kills}: {results.Count(static result => result.Failure is not null)} failures; converged after "
            + $"{Seconds(converged.FirstOrDefault())} to {Seconds(converged.LastOrDefault())} s, median {Seconds(converged.ElementAtOrDefault(converged.Count / 2))} s.");
        await File.WriteAllLinesAsync(Path.Combine(folder.FullName, $"{PackageSet.Name}-{storage}.md"), lines);
    }

    private static string Seconds(TimeSpan? span) => span?.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) ?? "never";
}
