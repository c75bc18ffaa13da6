using System.Diagnostics;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Bench;

/// <summary>A sandbox and a silo of this build as child processes, on an empty database of one kind.</summary>
internal sealed class Target : IAsyncDisposable
{
    private const double BytesPerMegabyte = 1e6;

    private readonly string folder;

    private Target(string folder, string? postgres, ManagedProcess sandbox, ManagedProcess silo, string publicUrl, string token)
    {
        this.folder = folder;
        Postgres = postgres;
        Sandbox = sandbox;
        Silo = silo;
        PublicUrl = publicUrl;
        Token = token;
    }

    /// <summary>Connection string of the database, or null on SQLite.</summary>
    public string? Postgres { get; }

    /// <summary>The providers and merchants.</summary>
    public ManagedProcess Sandbox { get; }

    /// <summary>The silo under test.</summary>
    public ManagedProcess Silo { get; }

    /// <summary>What the silo's answers begin their URLs with.</summary>
    public string PublicUrl { get; }

    /// <summary>The demo merchant's bearer token.</summary>
    public string Token { get; }

    /// <summary>Largest resident memory of the silo until now, in MB of 10⁶ bytes.</summary>
    public double SiloPeakMegabytes
    {
        get
        {
            using var process = Process.GetProcessById(Silo.Id);
            return Math.Round(process.PeakWorkingSet64 / BytesPerMegabyte, 1);
        }
    }

    /// <summary>Resident memory of the silo now, in MB of 10⁶ bytes.</summary>
    public double SiloMegabytes => Math.Round(Silo.WorkingSetBytes / BytesPerMegabyte, 1);

    /// <summary>Starts everything.</summary>
    public static async Task<Target> StartAsync(BenchStorage storage)
    {
        var folder = Directory.CreateTempSubdirectory("payments-bench-").FullName;
        string? postgres = null;
        ManagedProcess? sandbox = null;
        ManagedProcess? silo = null;
        try
        {
            postgres = storage == BenchStorage.Sqlite ? null : await TestPostgres.CreateDatabaseAsync();
            sandbox = await PaymentsProcesses.StartSandboxAsync();
            var publicUrl = "https://payments.example";

            // One webhook per payment, that of its cancel: the creates before are not what is measured.
            var settings = new Dictionary<string, string>
            {
                ["Payments:Api:PublicBaseUrl"] = publicUrl,
                ["Payments:Storage:Kind"] = $"{storage}",
                ["Payments:Merchants:0:Webhook:Events:0"] = "PAYMENT_CANCELLED",
            };
            silo = await PaymentsProcesses.StartSiloAsync(sandbox.BaseAddress, folder, postgres, settings);
            return new Target(folder, postgres, sandbox, silo, publicUrl, await PaymentsProcesses.CreateTokenAsync(sandbox.BaseAddress, folder, PaymentsProcesses.Merchant));
        }
        catch
        {
            await StopAsync(silo, sandbox, postgres, folder);
            throw;
        }
    }

    /// <summary>Ends both processes and removes database and folder.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(Silo, Sandbox, Postgres, folder);

    private static async Task StopAsync(ManagedProcess? silo, ManagedProcess? sandbox, string? postgres, string folder)
    {
        if (silo is not null)
            await silo.DisposeAsync();
        if (sandbox is not null)
            await sandbox.DisposeAsync();
        if (postgres is not null)
            await TestPostgres.DropDatabaseAsync(postgres);
        Directory.Delete(folder, recursive: true);
    }
}
