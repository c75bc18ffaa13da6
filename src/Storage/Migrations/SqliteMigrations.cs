using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Payments.Storage.Sqlite;

namespace Payments.Storage.Migrations;

/// <summary>Migrations of an SQLite file; <c>BEGIN IMMEDIATE</c> lets one process in.</summary>
internal static class SqliteMigrations
{
    private const int LockTimeoutSeconds = 30;

    public static int Apply(string path, TimeProvider time, ILogger logger)
    {
        try
        {
            RequireUsablePath(path);
            using var connection = SqliteConnections.Open(path);
            connection.DefaultTimeout = LockTimeoutSeconds;
            RequireWal(connection, path);
            return ApplyScripts(connection, path, time, logger);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteErrors.Describe(exception, path);
        }
    }

    private static void RequireUsablePath(string path)
    {
        if (Directory.Exists(path))
            throw new StorageUnavailableException($"The SQLite database '{path}' is a directory. Set a path to a file.");
        var directory = Path.GetDirectoryName(Path.GetFullPath(path));
        if (directory is not null)
            Directory.CreateDirectory(directory);
        // Root may write what is marked read-only, but whoever marked the file did not want it written.
        if (File.Exists(path) && (File.GetAttributes(path) & FileAttributes.ReadOnly) != 0)
            throw new StorageUnavailableException($"The SQLite database '{path}' is read-only. Make the file writable, or set another path.");
    }

    private static void RequireWal(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL";
        var mode = command.ExecuteScalar() as string;
        if (!string.Equals(mode, "wal", StringComparison.OrdinalIgnoreCase))
        {
            throw new StorageUnavailableException(
                $"The SQLite database '{path}' cannot use a write-ahead log here (journal mode {mode}). Put it on a local disk.");
        }
    }

    private static int ApplyScripts(SqliteConnection connection, string path, TimeProvider time, ILogger logger)
    {
        var scripts = MigrationScripts.For(StorageKind.Sqlite);
        SqliteConnections.Execute(connection, "BEGIN IMMEDIATE");
        SqliteConnections.Execute(
            connection,
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT");
        foreach (var script in MigrationScripts.After(ReadVersion(connection), scripts, $"The SQLite database '{path}'"))
        {
            SqliteConnections.Execute(connection, script.Sql);
            using var record = connection.CreateCommand();
            record.CommandText = "INSERT INTO schema_version (version, name, applied_at) VALUES ($version, $name, $at)";
            record.Parameters.AddWithValue("$version", script.Version);
            record.Parameters.AddWithValue("$name", script.Name);
            record.Parameters.AddWithValue("$at", SqliteValues.FromInstant(time.GetUtcNow()));
            record.ExecuteNonQuery();
            MigrationLog.Applied(logger, script.Name);
        }

        SqliteConnections.Execute(connection, "COMMIT");
        return scripts.Count;
    }

    private static int ReadVersion(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(max(version), 0) FROM schema_version";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
