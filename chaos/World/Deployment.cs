using System.Security.Cryptography;
using Npgsql;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Chaos.World;

/// <summary>Everything that runs: PostgreSQL, the sandbox and the silos, each a process of its own on loopback ports that stay the same over restarts.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private const string DatabaseName = "payments";
    private static readonly TimeSpan SandboxAway = TimeSpan.FromSeconds(1);

    private readonly Guardian guardian;
    private readonly EventLog events;
    private readonly PostgresServer postgres;
    private readonly int sandboxPort;
    private ManagedProcess? sandbox;

    private Deployment(Place place, PostgresServer postgres, int sandboxPort, IReadOnlyDictionary<string, string> changed, int silos, EventLog events)
    {
        Place = place;
        this.postgres = postgres;
        this.sandboxPort = sandboxPort;
        this.events = events;
        guardian = new Guardian(place.Folder);
        Faults = new FaultDesk(place.Sandbox);
        Silos = [.. Enumerable.Range(0, silos).Select(index => MakeSlot(index, changed))];
    }

    /// <summary>Where everything is.</summary>
    public Place Place { get; }

    /// <summary>The silos' places.</summary>
    public IReadOnlyList<SiloSlot> Silos { get; }

    /// <summary>Orders faults at the sandbox and counts what they did.</summary>
    public FaultDesk Faults { get; }

    /// <summary>Starts everything and waits until it is ready.</summary>
    /// <param name="silos">How many silos; more than one form a cluster.</param>
    /// <param name="changed">Settings that differ from production.</param>
    /// <param name="events">Where deeds are noted.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<Deployment> StartAsync(
        int silos, IReadOnlyDictionary<string, string> changed, EventLog events, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("payments-chaos-").FullName;
        var postgres = await PostgresServer.StartAsync();
        var sandboxPort = FreePorts.PickLasting(1)[0];
        var place = new Place(
            folder,
            new Uri($"http://127.0.0.1:{sandboxPort}"),
            new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = DatabaseName }.ConnectionString,
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            silos > 1);
        var deployment = new Deployment(place, postgres, sandboxPort, changed, silos, events);
        try
        {
            await deployment.StartAllAsync(cancellationToken);
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL to the sandbox, which comes back with everything that it had committed.</summary>
    public async Task KillSandboxAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await Faults.CountAsync(cancellationToken);
        var begun = events.Begin(EventKind.SandboxKilled, "sandbox");
        await sandbox!.KillAsync();
        guardian.Release(sandbox.Id);
        await sandbox.DisposeAsync();
        Faults.Forget();
        await Task.Delay(SandboxAway, time, cancellationToken);
        await StartSandboxAsync();
        events.Back(begun);
    }

    /// <summary>Restarts PostgreSQL, politely or as a crash.</summary>
    public async Task RestartDatabaseAsync(bool asCrash)
    {
        var begun = events.Begin(asCrash ? EventKind.DatabaseKilled : EventKind.DatabaseRestarted, "PostgreSQL");
        await postgres.RestartAsync(asCrash);
        events.Back(begun);
    }

    /// <summary>Ends everything and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
            await silo.DisposeAsync();
        if (sandbox is not null)
            await sandbox.DisposeAsync();
        Faults.Dispose();
        postgres.Stop();
        await guardian.DisposeAsync();
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        await using (var source = NpgsqlDataSource.Create(postgres.ConnectionString))
        await using (var command = source.CreateCommand($"CREATE DATABASE {DatabaseName} ENCODING 'UTF8' TEMPLATE template0"))
            await command.ExecuteNonQueryAsync(cancellationToken);
        await StartSandboxAsync();
        await Task.WhenAll(Silos.Select(silo => silo.StartAsync(cancellationToken)));
    }

    private async Task StartSandboxAsync()
    {
        sandbox = await PaymentsProcesses.StartSandboxAsync(Path.Combine(Place.Folder, "sandbox.jsonl"), sandboxPort);
        guardian.Guard(sandbox.Id);
    }

    private SiloSlot MakeSlot(int index, IReadOnlyDictionary<string, string> changed)
    {
        var ports = FreePorts.PickLasting(3);
        var commandLine = WorldSettings.CommandLine((ports[0], ports[1], ports[2]), Place, changed);
        return new SiloSlot(
            index,
            new Uri($"http://127.0.0.1:{ports[0]}"),
            ports[1],
            () => ManagedProcess.StartServerAsync("Silo", commandLine, PaymentsProcesses.Embedded, Place.Folder),
            guardian,
            events);
    }
}
