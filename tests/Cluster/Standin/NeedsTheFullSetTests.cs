using Payments.Testing.Processes;
using Xunit.Abstractions;

namespace Payments.Cluster;

/// <summary>What is left of this project without the real Orleans packages.</summary>
public sealed class NeedsTheFullSetTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-cluster-");

    [Fact]
    public async Task Grain_storage_by_orleans_own_package_needs_it_too()
    {
        var arguments = PaymentsProcesses.SiloArguments(
            new Uri("http://127.0.0.1:9"), directory.FullName, settings: new Dictionary<string, string> { ["Payments:Storage:Kind"] = "AdoNet" });
        var run = await ManagedProcess.RunAsync("Silo", arguments, PaymentsProcesses.Embedded, directory.FullName);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal("Payments:Storage:Kind=AdoNet needs the full package set; this program was built on the stand-ins (docs/package-sets.md).", run.Errors);
    }

    [Fact]
    public async Task And_so_does_a_client()
    {
        var run = await ManagedProcess.RunAsync(
            "CancelWorker", ["--Payments:Client:ConnectionString=Host=127.0.0.1;Database=payments"], workingDirectory: directory.FullName);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Equal(
            "CancelWorker: AddOrleansClient needs the full package set: the Orleans stand-in is a single node without network. See docs/package-sets.md.",
            run.Errors);
    }

    [Fact]
    public async Task A_package_that_would_depend_on_the_stand_in_is_not_packed()
    {
        var project = Path.Combine(DotnetCommand.RepositoryRoot, "src", "Grains.Interfaces", "Grains.Interfaces.csproj");
        var (exitCode, text) = await DotnetCommand.RunAsync(
            directory.FullName, "pack", project, "--no-build", "-c", DotnetCommand.Configuration, "-p:PackageSet=standin", "-o", directory.FullName, "--nologo");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("error : Payments.Grains.Interfaces is packed from the full package set only", text, StringComparison.Ordinal);
        Assert.Empty(directory.GetFiles("*.nupkg"));
    }

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Cluster_tests_need_the_full_package_set_and_so_does_a_cluster()
    {
        output.WriteLine("Clusters were NOT tested: cluster tests need the full package set (docs/package-sets.md).");
        var arguments = PaymentsProcesses.SiloArguments(
            new Uri("http://127.0.0.1:9"), directory.FullName, settings: new Dictionary<string, string> { ["Payments:Cluster:Mode"] = "Cluster" });
        var run = await ManagedProcess.RunAsync("Silo", arguments, PaymentsProcesses.Embedded, directory.FullName);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Equal(
            "Payments:Cluster:Mode=Cluster needs the full package set; this program was built on the stand-ins, which run a single silo (docs/package-sets.md).",
            run.Errors);
    }
}
