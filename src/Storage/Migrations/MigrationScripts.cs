using System.Globalization;

namespace Payments.Storage.Migrations;

/// <summary>A numbered script of the embedded <c>.sql</c> files.</summary>
/// <param name="Version">The schema version it leads to.</param>
/// <param name="Name">File name.</param>
/// <param name="Sql">Its statements.</param>
internal sealed record MigrationScript(int Version, string Name, string Sql);

/// <summary>The scripts of one kind of database: <c>0001_name.sql</c>, <c>0002_…</c>, without gaps.</summary>
internal static class MigrationScripts
{
    public static IReadOnlyList<MigrationScript> For(StorageKind kind)
    {
        var assembly = typeof(MigrationScripts).Assembly;
        var folder = kind + "/";
        var scripts = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Load(assembly.GetManifestResourceStream(name)!, name[folder.Length..]))
            .ToArray();
        for (var i = 0; i < scripts.Length; i++)
        {
            if (scripts[i].Version != i + 1)
                throw new InvalidOperationException($"The migration {scripts[i].Name} of {kind} should have number {i + 1}.");
        }

        return scripts;
    }

    /// <summary>What is left to do.</summary>
    /// <exception cref="StorageUnavailableException">The database is newer than this program.</exception>
    public static IEnumerable<MigrationScript> After(int current, IReadOnlyList<MigrationScript> scripts, string database) =>
        current <= scripts.Count
            ? scripts.Skip(current)
            : throw new StorageUnavailableException(
                $"{database} has schema version {current}; this program knows up to {scripts.Count}. Run the newer program, or use another database.");

    private static MigrationScript Load(Stream resource, string name)
    {
        using var reader = new StreamReader(resource);
        return new MigrationScript(int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }
}
