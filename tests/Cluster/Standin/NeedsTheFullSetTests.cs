using Payments.Testing.Processes;
using Xunit.Abstractions;

namespace Payments.Cluster;

/// <summary>What is left of this project without the real Orleans packages.</summary>
public sealed class NeedsTheFullSetTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-cluster-");

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
