using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Payments.Testing.Processes;

namespace Payments.Testing;

/// <summary>A temporary PostgreSQL cluster on a free loopback port, with a password and with fsync, as in production.</summary>
public sealed class PostgresServer
{
    private const string User = "payments";
    private const int StartTriesMax = 5;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(60);

    // The server ends with this process even when this process is killed: the shell sees its standard input close, stops the server by
    // its process id and deletes its files. A server that ends by itself ends the shell too, and leaves its log behind. Ctrl-C reaches both.
    private const string RunUntilInputCloses = """
        folder=$1; shift
        exec 3<&0 2>>"$folder/log"
        trap ': >"$folder/stopping"' INT TERM
        "$@" >>"$folder/log" 2>&1 </dev/null 3<&- & server=$!
        ( read -r _ <&3; : >"$folder/stopping"; kill -INT $server ) & watcher=$!
        wait $server
        while kill -0 $server 2>/dev/null; do wait $server; done
        if [ -e "$folder/stopping" ]; then rm -rf "$folder"; else kill $watcher; fi
        """;

    private readonly string _binaries;
    private readonly string _folder;
    private readonly int _port;
    private Process _process;

    private PostgresServer(Process process, string connectionString, string binaries, string folder, int port)
    {
        _process = process;
        ConnectionString = connectionString;
        _binaries = binaries;
        _folder = folder;
        _port = port;
    }

    /// <summary>Why no server can be started on this machine, or null.</summary>
    public static string? UnavailableReason => PostgresBinaries.Find() is null ? "no initdb and postgres in PATH or /usr/lib/postgresql/*/bin" : null;

    /// <summary>Process id of the server, while it runs.</summary>
    public int ServerId => int.Parse(File.ReadLines(Path.Combine(DataOf(_folder), "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>The superuser's.</summary>
    public string ConnectionString { get; }

    /// <summary>Creates a cluster with the programs of this machine, starts it and waits until it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">There are none, or the server did not start.</exception>
    public static Task<PostgresServer> StartAsync() =>
        StartAsync(PostgresBinaries.Find() ?? throw new InvalidOperationException($"PostgreSQL cannot be started: {UnavailableReason}."));

    /// <summary>The same, with the programs in <paramref name="binaries"/>.</summary>
    internal static async Task<PostgresServer> StartAsync(string binaries)
    {
        var folder = Directory.CreateTempSubdirectory("payments-postgres-").FullName;
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, password);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", ["-R", PostgresAccount.Name, folder]);
        var data = DataOf(folder);
        await RunAsync(PostgresAccount.Command(
            Path.Combine(binaries, "initdb"), "-D", data, "-U", User, "-A", "scram-sha-256", "--pwfile", passwordFile,
            "-E", "UTF8", "--no-locale", "--no-sync"));
        for (var attempt = 1; ; attempt++)
        {
            // Another process may take the port between here and the server's own bind.
            var port = FreePorts.PickLasting(1)[0];
            var process = Start(binaries, folder, port);
            var connectionString = new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1", Port = port, Username = User, Password = password, Database = "postgres", IncludeErrorDetail = true,
            }.ConnectionString;
            if (await AcceptsConnectionsAsync(process, connectionString))
                return new PostgresServer(process, connectionString, binaries, folder, port);
            if (attempt == StartTriesMax)
                throw new InvalidOperationException($"PostgreSQL did not start; see {Path.Combine(folder, "log")}.");
        }
    }

    /// <summary>Ends the server as an operator does (sessions are cut, nothing is left to recover) or as a crash does, and starts it again on the
    /// same data and port.</summary>
    /// <param name="asCrash">SIGKILL instead of a fast shutdown.</param>
    /// <exception cref="InvalidOperationException">It did not come back.</exception>
    public async Task RestartAsync(bool asCrash)
    {
        await RunAsync("kill", [asCrash ? "-KILL" : "-INT", $"{ServerId}"]);
        await _process.WaitForExitAsync();
        var began = TimeProvider.System.GetTimestamp();
        do
        {
            // After a crash the sessions of the dead server hold its memory until they notice; it does not start before that.
            _process.Dispose();
            _process = Start(_binaries, _folder, _port);
            if (await AcceptsConnectionsAsync(_process, ConnectionString))
                return;
        }
        while (TimeProvider.System.GetElapsedTime(began) < RestartPatience);
        throw new InvalidOperationException($"PostgreSQL did not come back; see {Path.Combine(_folder, "log")}.");
    }

    /// <summary>Stops the server and deletes its files.</summary>
    public void Stop()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(StopPatience))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static Process Start(string binaries, string folder, int port)
    {
        var command = PostgresAccount.Command(
            "sh", "-c", RunUntilInputCloses, "sh", folder,
            Path.Combine(binaries, "postgres"), "-D", DataOf(folder), "-p", $"{port}", "-h", "127.0.0.1", "-c", "unix_socket_directories=",
            "-c", "fsync=on", "-c", "max_connections=200", "-c", "max_wal_size=4GB");
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true })
            ?? throw new InvalidOperationException("No process was started.");
    }

    private static async Task<bool> AcceptsConnectionsAsync(Process process, string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!process.HasExited && await ticks.WaitForNextTickAsync(patience.Token))
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(patience.Token);
                return true;
            }
            catch (NpgsqlException)
            {
                // It is not listening yet; a server tells nobody when it is.
            }
        }

        return false;
    }

    private static string DataOf(string folder) => Path.Combine(folder, "data");

    private static Task RunAsync(string[] command) => RunAsync(command[0], command[1..]);

    private static async Task RunAsync(string file, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{file} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{file} ended with {process.ExitCode}: {await output}{await errors}");
    }
}
