using System.Diagnostics;
using System.Reflection;
using Payments.Bench.Measure;
using Payments.Testing;

namespace Payments.Bench;

/// <summary>The whole run.</summary>
internal static class BenchRun
{
    private const int ExitOk = 0;
    private const int ExitFailed = 1;

    /// <summary>Measures on each storage that was asked for, reports, and compares with the floors.</summary>
    /// <returns>0 when every check held and no floor was missed.</returns>
    public static async Task<int> RunAsync(BenchOptions options, TextWriter output)
    {
        LimitCores(options.Cores);
        var packageSet = PackageSet();
        output.WriteLine($"Package set {packageSet}, {options.Payments} payments, {options.Clients} clients, everything on {Math.Min(options.Cores, Environment.ProcessorCount)} cores");
        var all = new List<Figures>();
        try
        {
            var run = new StorageRun(options, TimeProvider.System, output);
            foreach (var storage in options.Storages)
            {
                if (storage == BenchStorage.Sqlite || TestPostgres.Available)
                    all.Add(await run.RunAsync(storage));
                else
                    output.WriteLine(TestPostgres.UnavailableReason);
            }

            if (all.Count == 0)
                return ExitFailed;
        }
        catch (Exception error) when (error is BenchException or InvalidOperationException or HttpRequestException or TimeoutException or IOException)
        {
            output.WriteLine($"No figure: {error.Message}");
            return ExitFailed;
        }

        Report.Print(all, output);
        if (options.Saves)
            output.WriteLine($"Saved to {Report.Save(all, options, packageSet, TimeProvider.System.GetUtcNow())}");
        return Judge(all, options, output);
    }

    private static int Judge(List<Figures> all, BenchOptions options, TextWriter output)
    {
        var wrong = all.SelectMany(static figures => figures.Failures.Select(failure => $"{figures.Storage}: {failure}")).ToList();
        foreach (var failure in wrong)
            output.WriteLine($"WRONG {failure}");

        // The floors are what our own storage is for.
        var missed = all.Where(static figures => figures.Storage != BenchStorage.AdoNet.Name())
            .SelectMany(static figures => figures.MissedFloors())
            .ToList();
        foreach (var floor in missed)
            output.WriteLine($"FLOOR MISSED {floor}");

        if (wrong.Count == 0)
            output.WriteLine("Every answer agrees with the ledger: one effective cancel and at least one right webhook per payment.");
        if (missed.Count == 0)
            output.WriteLine("All floors are held.");
        return wrong.Count > 0 || (missed.Count > 0 && options.ChecksFloors) ? ExitFailed : ExitOk;
    }

    /// <summary>Sandbox, silo and database are children of this process and inherit its processors.</summary>
    private static void LimitCores(int cores)
    {
        if (cores >= Environment.ProcessorCount || !(OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
            return;

        using var own = Process.GetCurrentProcess();
        var kept = 0L;
        var allowed = (long)own.ProcessorAffinity;
        for (var index = 0; index < 64 && cores > 0; index++)
        {
            if ((allowed >> index & 1) == 0)
                continue;
            kept |= 1L << index;
            cores--;
        }

        own.ProcessorAffinity = (nint)kept;
    }

    private static string PackageSet() => typeof(BenchRun).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "PackageSet").Value!;
}
