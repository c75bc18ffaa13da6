namespace Payments.Testing;

/// <summary>Finds the programs of a PostgreSQL server.</summary>
internal static class PostgresBinaries
{
    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>: in PATH, else the newest version that the distribution installed.
    /// Null when there is none.</summary>
    public static string? Find()
    {
        var inPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return inPath.Concat(Installed()).FirstOrDefault(static folder =>
            File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    private static IEnumerable<string> Installed()
    {
        const string root = "/usr/lib/postgresql";
        return Directory.Exists(root)
            ? Directory.GetDirectories(root)
                .OrderByDescending(static folder => double.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(static folder => Path.Combine(folder, "bin"))
            : [];
    }
}
