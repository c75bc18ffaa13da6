using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Payments.Testing.Processes;

namespace Payments.Bench.Measure;

/// <summary>Processor seconds used; null where they cannot be seen.</summary>
/// <param name="SiloSeconds">By the silo.</param>
/// <param name="SandboxSeconds">By the sandbox.</param>
/// <param name="ClientSeconds">By the clients, which is this process.</param>
/// <param name="PostgresSeconds">By PostgreSQL.</param>
/// <param name="MachineSeconds">By everything on this machine.</param>
internal sealed record ProcessorTimes(double SiloSeconds, double SandboxSeconds, double ClientSeconds, double? PostgresSeconds, double? MachineSeconds)
{
    private const int TicksPerSecond = 100;

    /// <summary>What all others on this machine used: the measurement lacks it.</summary>
    public double? OtherSeconds => MachineSeconds is { } machine
        ? Math.Max(0, Math.Round(machine - SiloSeconds - SandboxSeconds - ClientSeconds - (PostgresSeconds ?? 0), 2))
        : null;

    /// <summary>Reads them now.</summary>
    public static async Task<ProcessorTimes> ReadAsync(ManagedProcess silo, ManagedProcess sandbox, string? postgres)
    {
        using var own = Process.GetCurrentProcess();
        return new ProcessorTimes(
            silo.ProcessorTime.TotalSeconds, sandbox.ProcessorTime.TotalSeconds, own.TotalProcessorTime.TotalSeconds,
            postgres is null || !OperatingSystem.IsLinux() ? null : await PostgresAsync(postgres),
            OperatingSystem.IsLinux() ? ReadMachine() : null);
    }

    /// <summary>What was used since <paramref name="earlier"/>, rounded to hundredths.</summary>
    public ProcessorTimes Since(ProcessorTimes earlier) => new(
        Math.Round(SiloSeconds - earlier.SiloSeconds, 2),
        Math.Round(SandboxSeconds - earlier.SandboxSeconds, 2),
        Math.Round(ClientSeconds - earlier.ClientSeconds, 2),
        Rounded(PostgresSeconds - earlier.PostgresSeconds),
        Rounded(MachineSeconds - earlier.MachineSeconds));

    /// <summary>Several together.</summary>
    public static ProcessorTimes Sum(IEnumerable<ProcessorTimes> all) => all.Aggregate(static (sum, next) => new(
        Math.Round(sum.SiloSeconds + next.SiloSeconds, 2),
        Math.Round(sum.SandboxSeconds + next.SandboxSeconds, 2),
        Math.Round(sum.ClientSeconds + next.ClientSeconds, 2),
        Rounded(sum.PostgresSeconds + next.PostgresSeconds),
        Rounded(sum.MachineSeconds + next.MachineSeconds)));

    private static double? Rounded(double? seconds) => seconds is { } known ? Math.Round(known, 2) : null;

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

    /// <summary>All but idle time since the machine started (proc_stat(5): idle and iowait are the fourth and fifth number).</summary>
    private static double ReadMachine()
    {
        var numbers = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(static text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (numbers.Sum() - numbers[3] - numbers[4]) / TicksPerSecond;
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
