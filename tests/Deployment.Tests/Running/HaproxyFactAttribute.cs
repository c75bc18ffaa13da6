namespace Payments.Deployment.Tests.Running;

/// <summary>A test that runs haproxy; it is reported as skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HaproxyFactAttribute : FactAttribute
{
    /// <summary>Decides when the test is discovered: this xunit cannot skip a running test.</summary>
    public HaproxyFactAttribute() => Skip = Program is null
        ? "The proxy's configuration was NOT run: there is no haproxy (Debian's package of that name) in PATH or /usr/sbin." : null;

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/sbin").Select(static folder => Path.Combine(folder, "haproxy")).FirstOrDefault(File.Exists);
}
