using System.Diagnostics;
using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests.Harness;

/// <summary>Runs deploy/make-secrets.</summary>
internal static class Secrets
{
    /// <summary>Makes them in a directory.</summary>
    public static async Task MakeAsync(string path)
    {
        var run = new ProcessStartInfo("bash", [Path.Combine(DeploymentFiles.Root, DeploymentFiles.MakeSecrets), path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(run)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{await output}{await errors}");
    }

    /// <summary>By file name.</summary>
    public static Dictionary<string, string> Contents(string path) =>
        Directory.GetFiles(path).ToDictionary(static file => Path.GetFileName(file), File.ReadAllText);
}
