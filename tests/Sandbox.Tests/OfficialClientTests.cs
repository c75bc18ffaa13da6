using System.ComponentModel;
using System.Diagnostics;
using Xunit.Abstractions;

namespace Payments.Sandbox.Tests;

public sealed class OfficialClientTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task The_official_Stripe_client_for_Node_can_use_the_sandbox()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "official-client");
        if (!await IsInstalledAsync(folder))
            return;
        await using var sandbox = await SandboxHost.StartAsync();
        var script = Path.Combine(AppContext.BaseDirectory, "official-client.mjs");
        var run = await RunAsync("node", [script, folder, sandbox.BaseAddress.Host, $"{sandbox.BaseAddress.Port}"], AppContext.BaseDirectory);
        Assert.NotNull(run);
        output.WriteLine(run.Value.Printed);
        Assert.True(run.Value.ExitCode == 0, run.Value.Printed);
        // A hold and a challenge were cancelled, one hold was captured, and the replayed or refused calls left no mark.
        Assert.Equal(2, sandbox.Ledger.Operations(operation: "payment_intent.cancel").Count);
        Assert.Single(sandbox.Ledger.Operations(operation: "payment_intent.capture"));
        Assert.Single(sandbox.Ledger.Operations(operation: "refund.create"));
    }

    /// <summary>Installs the client once. Where Node or the package cannot be had, the test has nothing to say and says so.</summary>
    private async Task<bool> IsInstalledAsync(string folder)
    {
        if (await RunAsync("node", ["--version"], AppContext.BaseDirectory) is not { ExitCode: 0 })
        {
            output.WriteLine("SKIPPED: Node is not installed.");
            return false;
        }
        if (File.Exists(Path.Combine(folder, "node_modules", "stripe", "package.json")))
            return true;
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), """{"private":true}""");
        var installed = await RunAsync("npm", ["install", "stripe", "--no-audit", "--no-fund", "--ignore-scripts"], folder);
        if (installed is { ExitCode: 0 })
            return true;
        output.WriteLine($"SKIPPED: the package stripe is not available. {installed?.Printed}");
        return false;
    }

    /// <returns>Exit code and everything printed; null when the program is not there or takes too long.</returns>
    private static async Task<(int ExitCode, string Printed)?> RunAsync(string program, string[] arguments, string folder)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            using var patience = new CancellationTokenSource(s_patience);
            var printed = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            try
            {
                await process.WaitForExitAsync(patience.Token);
                return (process.ExitCode, await printed + await errors);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
