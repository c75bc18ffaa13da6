using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Payments.Testing;

/// <summary>A temporary PostgreSQL cluster on a free loopback port, with a password and with fsync, as in production.</summary>
internal sealed class PostgresServer
{
    private const string User = "payments";
    private const int StartTriesMax = 5;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    // The server ends with this process even when this process is killed: the shell sees its standard input close, stops the server by
    // its process id and deletes its files. A server that ends by itself ends the shell too, and leaves its log behind.
    private const string RunUntilInputCloses = """
        folder=$1; shift
        exec 3<&0
        "$@" >"$folder/log" 2>&1 </dev/null 3<&- & server=$!
        ( read -r _ <&3; : >"$folder/stopping"; kill -INT $server ) & watcher=$!
        wait $server
        if [ -e "$folder/stopping" ]; then rm -rf "$folder"; else kill $watcher; fi
        """;

    private readonly Process _process;

    private PostgresServer(Process process, string connectionString)
    {
        _process = process;
        ConnectionString = connectionString;
    }

    /// <summary>The superuser's.</summary>
    public string ConnectionString { get; }

    /// <summary>Creates a cluster, starts it and waits until it accepts connections.</summary>
    public static async Task<PostgresServer> StartAsync(string binaries)
    {
        var folder = Directory.CreateTempSubdirectory("payments-postgres-").FullName;
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, password);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", ["-R", PostgresAccount.Name, folder]);
        var data = Path.Combine(folder, "data");
        await RunAsync(PostgresAccount.Command(
            Path.Combine(binaries, "initdb"), "-D", data, "-U", User, "-A", "scram-sha-256", "--pwfile", passwordFile,
            "-E", "UTF8", "--no-locale", "--no-sync"));
        for (var attempt = 1; ; attempt++)
        {
            // Another process may take the port between here and the server's own bind.
            var port = FindFreePort();
            var process = Start(binaries, folder, data, port);
            var connectionString = new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1", Port = port, Username = User, Password = password, Database = "postgres", IncludeErrorDetail = true,
            }.ConnectionString;
            if (await AcceptsConnectionsAsync(process, connectionString))
                return new PostgresServer(process, connectionString);
            if (attempt == StartTriesMax)
                throw new InvalidOperationException($"PostgreSQL did not start; see {Path.Combine(folder, "log")}.");
        }
    }

    /// <summary>Stops the server and deletes its files.</summary>
    public void Stop()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(StopPatience))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static Process Start(string binaries, string folder, string data, int port)
    {
        var command = PostgresAccount.Command(
            "sh", "-c", RunUntilInputCloses, "sh", folder,
            Path.Combine(binaries, "postgres"), "-D", data, "-p", $"{port}", "-h", "127.0.0.1", "-c", "unix_socket_directories=",
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

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

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
