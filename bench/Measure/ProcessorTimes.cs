using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Payments.Testing.Processes;

namespace Payments.Bench.Measure;

/// <summary>Processor seconds that each process has used; of PostgreSQL null where they cannot be seen.</summary>
internal sealed record ProcessorTimes(double SiloSeconds, double SandboxSeconds, double ClientSeconds, double? PostgresSeconds)
{
    private const int TicksPerSecond = 100;

    /// <summary>Reads them now.</summary>
    public static async Task<ProcessorTimes> ReadAsync(ManagedProcess silo, ManagedProcess sandbox, string? postgres)
    {
        using var own = Process.GetCurrentProcess();
        return new ProcessorTimes(
            silo.ProcessorTime.TotalSeconds, sandbox.ProcessorTime.TotalSeconds, own.TotalProcessorTime.TotalSeconds,
            postgres is null || !OperatingSystem.IsLinux() ? null : await PostgresAsync(postgres));
    }

    /// <summary>What was used since <paramref name="earlier"/>, rounded to hundredths.</summary>
    public ProcessorTimes Since(ProcessorTimes earlier) => new(
        Math.Round(SiloSeconds - earlier.SiloSeconds, 2),
        Math.Round(SandboxSeconds - earlier.SandboxSeconds, 2),
        Math.Round(ClientSeconds - earlier.ClientSeconds, 2),
        PostgresSeconds - earlier.PostgresSeconds is { } seconds ? Math.Round(seconds, 2) : null);

    /// <summary>The server's processes by their own account. A backend that ended in between is missing; the silo keeps its own.</summary>
    private static async Task<double?> PostgresAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var command = source.CreateCommand("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
        await using var reader = await command.ExecuteReaderAsync();
        double seconds = 0;
        while (await reader.ReadAsync())
        {
            if (ReadStat(reader.GetInt32(0)) is not { } used)
                return null;
            seconds += used;
        }

        return seconds;
    }

    /// <summary>User and system time of a process on this machine (proc_pid_stat(5), fields 14 and 15); null when there is none.</summary>
    private static double? ReadStat(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");

            // The second field is the program's name in brackets, and may contain anything.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
