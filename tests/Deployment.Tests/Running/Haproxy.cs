using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Payments.Deployment.Tests.Files;
using Payments.Testing.Processes;

namespace Payments.Deployment.Tests.Running;

/// <summary>haproxy with deploy/proxy/haproxy.cfg, before servers of a test instead of the silos.</summary>
internal sealed partial class Haproxy : IAsyncDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-haproxy-");
    private readonly Process process;
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource Found)> waits = [];
    private readonly List<string> lines = [];

    private Haproxy(IReadOnlyDictionary<string, int> silos)
    {
        var ports = FreePorts.Pick(2);
        Api = new Uri($"http://127.0.0.1:{ports[0]}");
        Health = new Uri($"http://127.0.0.1:{ports[1]}/health/live");
        var config = new DeploymentFiles().Read(DeploymentFiles.Proxy)
            .Replace("bind :8080", $"bind 127.0.0.1:{ports[0]}", StringComparison.Ordinal)
            .Replace("bind 127.0.0.1:8404", $"bind 127.0.0.1:{ports[1]}", StringComparison.Ordinal)
            .Replace(" resolvers docker", "", StringComparison.Ordinal);
        config = Server().Replace(config, match =>
            $"server {match.Groups[1].Value} 127.0.0.1:{silos[match.Groups[1].Value].ToString(CultureInfo.InvariantCulture)}");
        var path = Path.Combine(directory.FullName, "haproxy.cfg");
        File.WriteAllText(path, config);

        // Without the container's master process: one process to end.
        process = new Process
        {
            StartInfo = new ProcessStartInfo(HaproxyFactAttribute.Program!, ["-db", "-f", path])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where callers go.</summary>
    public Uri Api { get; }

    /// <summary>Where it says that it lives.</summary>
    public Uri Health { get; }

    /// <summary>Starts it and waits until it listens. It takes servers for healthy until a check has failed.</summary>
    /// <param name="silos">The port that stands for each silo.</param>
    public static async Task<Haproxy> StartAsync(IReadOnlyDictionary<string, int> silos)
    {
        var proxy = new Haproxy(silos);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await ticks.WaitForNextTickAsync(patience.Token))
        {
            if (proxy.process.HasExited)
                throw new InvalidOperationException($"haproxy ended with {proxy.process.ExitCode}: {string.Join('\n', proxy.lines)}");
            try
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync("127.0.0.1", proxy.Health.Port, patience.Token);
                break;
            }
            catch (SocketException)
            {
                // Not yet; it tells nobody when it is.
            }
        }

        return proxy;
    }

    /// <summary>Waits until it says so.</summary>
    public Task SaysAsync(string words)
    {
        lock (lines)
        {
            if (lines.Any(line => line.Contains(words, StringComparison.Ordinal)))
                return Task.CompletedTask;
            var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waits.Add((line => line.Contains(words, StringComparison.Ordinal), found));
            return found.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        directory.Delete(recursive: true);
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (lines)
        {
            lines.Add(line);
            foreach (var (_, found) in waits.Where(wait => wait.Wanted(line)))
                found.TrySetResult();
        }
    }

    [GeneratedRegex(@"server (silo\d) silo\d:\d+")]
    private static partial Regex Server();
}
