namespace Payments.Testing;

/// <summary>PostgreSQL refuses to run as root: then its programs run as the distribution's account, else as nobody.</summary>
internal static class PostgresAccount
{
    /// <summary>The account's name.</summary>
    public static string Name { get; } =
        File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(static line => line.StartsWith("postgres:", StringComparison.Ordinal))
            ? "postgres"
            : "nobody";

    /// <summary>The command, under that account when this process is root.</summary>
    public static string[] Command(params string[] command) => Environment.IsPrivilegedProcess
        ? ["setpriv", $"--reuid={Name}", "--clear-groups", .. command]
        : command;
}
