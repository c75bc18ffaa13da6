using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Payments.Silo.Configuration;

namespace Payments.Silo.Clustering;

/// <summary>Brings what Orleans' own ADO.NET packages need in a database to this program's version: the scripts of <c>deploy/sql</c>, in order, each once.</summary>
internal static partial class ClusterSchema
{
    private const string Folder = "ClusterSchema/";

    // Any number that nobody else locks in this database: "cluster" in ASCII. Storage has its own.
    private const long LockKey = 0x0063_6C75_7374_6572;

    private static readonly Lazy<Script[]> Scripts = new(LoadScripts);

    /// <summary>Applies what is missing, in one transaction. Of many processes that start at once one works; the others wait and find it done.</summary>
    /// <returns>The version that the schema has now.</returns>
    /// <exception cref="SettingsException">The database cannot be used, or is newer than this program.</exception>
    public static async Task<int> MigrateAsync(string connectionString, ILogger? logger, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        try
        {
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return await ApplyAsync(connection, logger, cancellationToken);
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            throw new SettingsException($"{ClusterSettings.Section}: {ClusterDatabase.Describe(connectionString)} cannot be used: {error.Message}");
        }
    }

    private static async Task<int> ApplyAsync(NpgsqlConnection connection, ILogger? logger, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        await ExecuteAsync(
            connection,
            "CREATE TABLE IF NOT EXISTS cluster_schema_version (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
            cancellationToken);
        var current = await ReadVersionAsync(connection, cancellationToken);
        if (current > Scripts.Value.Length)
        {
            throw new SettingsException(
                $"The cluster's tables have version {current}; this program knows up to {Scripts.Value.Length}. Run the newer program.");
        }

        foreach (var script in Scripts.Value.Skip(current))
        {
            await ExecuteAsync(connection, script.Sql, cancellationToken);
            await using var record = new NpgsqlCommand("INSERT INTO cluster_schema_version (version, name) VALUES ($1, $2)", connection)
            {
                Parameters = { new() { Value = script.Version }, new() { Value = script.Name } },
            };
            await record.ExecuteNonQueryAsync(cancellationToken);
            if (logger is not null)
                LogApplied(logger, script.Name);
        }

        await transaction.CommitAsync(cancellationToken);
        return Scripts.Value.Length;
    }

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM cluster_schema_version", connection);
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Script[] LoadScripts()
    {
        var assembly = typeof(ClusterSchema).Assembly;
        var scripts = assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select((name, index) =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                var file = name[Folder.Length..];
                var version = int.Parse(file.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture);
                return version == index + 1
                    ? new Script(version, file, reader.ReadToEnd())
                    : throw new InvalidOperationException($"The script {file} should have number {index + 1}.");
            })
            .ToArray();
        return scripts.Length > 0 ? scripts : throw new InvalidOperationException("The cluster's SQL scripts are not in this program.");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied cluster migration {Script}.")]
    private static partial void LogApplied(ILogger logger, string script);

    private sealed record Script(int Version, string Name, string Sql);
}
