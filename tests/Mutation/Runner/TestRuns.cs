using System.Diagnostics;
using System.Xml.Linq;

namespace Payments.Mutation;

/// <summary>Builds and runs test projects of the working copy.</summary>
/// <param name="root">The copy's root.</param>
/// <param name="packageSet">The package set.</param>
internal sealed class TestRuns(string root, string packageSet)
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    // A mutant may break what analyzers and style demand; only what compiles counts.
    private readonly string[] options =
        ["-c", "Release", $"-p:PackageSet={packageSet}", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-nologo"];

    /// <summary>Builds a project with what it needs.</summary>
    /// <returns>Null, or why not.</returns>
    public async Task<string?> BuildAsync(string project)
    {
        var (exitCode, output) = await DotnetAsync(["build", project, .. options, "-v:quiet", "-clp:NoSummary;ErrorsOnly"]);
        return exitCode == 0 ? null : output;
    }

    /// <summary>Runs tests of a project that was built.</summary>
    /// <param name="project">The project file.</param>
    /// <param name="filter">Which, or null for all.</param>
    /// <returns>Each test's name and outcome; empty when the run itself came to nothing.</returns>
    public async Task<ILookup<string, string>> RunAsync(string project, string? filter)
    {
        var results = Path.Combine(root, "artifacts", "mutation-results");
        if (Directory.Exists(results))
            Directory.Delete(results, recursive: true);
        string[] which = filter is null ? [] : ["--filter", filter];
        await DotnetAsync(
        [
            "test", project, .. options, "--no-build", "-v:quiet", .. which,
            "--results-directory", results, "--logger", "trx;LogFileName=results.trx", "--blame-hang-timeout", "4min", "--blame-hang-dump-type", "none",
        ]);
        var file = Path.Combine(results, "results.trx");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants(Trx + "UnitTestResult").ToLookup(static result => (string)result.Attribute("testName")!, static result => (string)result.Attribute("outcome")!)
            : Array.Empty<string>().ToLookup(static name => name);
    }

    private async Task<(int ExitCode, string Output)> DotnetAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
