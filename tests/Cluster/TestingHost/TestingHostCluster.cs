using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using Payments.Sandbox;
using Payments.Silo.Clustering;
using Payments.Silo.Configuration;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Cluster.TestingHost;

/// <summary>
/// Silos in Orleans' own test cluster, set up as the product sets up a silo: its grains, storage on PostgreSQL, providers, retry shards.
/// What is the test cluster's is how they find each other and talk, in memory; and it can do to an activation what no deployment can be
/// made to do on order: move it, or end it.
/// </summary>
public sealed class TestingHostCluster : IAsyncDisposable
{
    private readonly DirectoryInfo directory;
    private readonly Harness.TestCluster outside;

    private TestingHostCluster(DirectoryInfo directory, Harness.TestCluster outside, InProcessTestCluster silos)
    {
        this.directory = directory;
        this.outside = outside;
        Silos = silos;
    }

    /// <summary>The test cluster; calls of its client come from outside, through a gateway.</summary>
    public InProcessTestCluster Silos { get; }

    /// <summary>Database, providers and merchant.</summary>
    public Harness.TestCluster Outside => outside;

    /// <summary>The client's.</summary>
    public IGrainFactory Grains => Silos.Client;

    /// <summary>Starts it.</summary>
    public static async Task<TestingHostCluster> StartAsync(short silos)
    {
        var directory = Directory.CreateTempSubdirectory("payments-testing-host-");
        var outside = await Harness.TestCluster.CreateAsync();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.Options.ConfigureFileLogging = false;
        var arguments = PaymentsProcesses.SiloArguments(outside.Sandbox.BaseAddress, directory.FullName, outside.Database, Harness.TestCluster.Waits);
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.Embedded.json"));
            host.Configuration.AddCommandLine([.. arguments]);
            host.AddPaymentsSilo(StorageSettings.Read(host.Configuration), static silo => silo.AddReminders());
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestingHostCluster(directory, outside, cluster);
    }

    /// <summary>Moves a grain to another silo, and returns when it has left. One that is in memory nowhere stays there.</summary>
    /// <returns>Where it is to be.</returns>
    public async Task<SiloAddress?> MoveAsync(GrainId grain)
    {
        if (!Silos.TryGetGrainContext(grain, out var activation))
            return null;

        // To move it to where it is would be no move, and nobody would ever hear that it is over.
        var from = activation.Address.SiloAddress;
        var to = Silos.Silos.Select(static silo => silo.SiloAddress).First(silo => !silo.Equals(from));
        await Silos.MigrateAsync(grain, to);
        return to;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Silos.StopAllSilosAsync();
        await Silos.DisposeAsync();
        await outside.DisposeAsync();
        directory.Delete(recursive: true);
    }
}
