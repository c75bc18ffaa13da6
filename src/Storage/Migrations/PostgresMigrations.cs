using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Storage.Postgres;

namespace Payments.Storage.Migrations;

/// <summary>Migrations of a PostgreSQL database; an advisory lock lets one process in.</summary>
internal static class PostgresMigrations
{
    // Any number will do that nobody else locks in this database: "payments" in ASCII.
    private const long LockKey = 0x7061_796D_656E_7473;

    private static readonly string[] UnsafeWhenOff = ["fsync", "full_page_writes"];

    public static async Task<int> ApplyAsync(string? connectionString, ILogger logger, CancellationToken cancellationToken)
    {
        var settings = PostgresConnections.Parse(connectionString);
        settings.Pooling = false;
        settings.Enlist = false;
        try
        {
            await using var source = NpgsqlDataSource.Create(settings);
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await RequireSoundServerAsync(connection, settings, logger, cancellationToken);
            return await ApplyScriptsAsync(connection, settings, logger, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && exception is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or IOException or OperationCanceledException)
        {
            throw PostgresErrors.Describe(exception, settings);
        }
    }

    private static async Task RequireSoundServerAsync(
        NpgsqlConnection connection, NpgsqlConnectionStringBuilder settings, ILogger logger, CancellationToken cancellationToken)
    {
        if (await ReadSettingAsync(connection, "server_encoding", cancellationToken) is var encoding && encoding != "UTF8")
        {
            throw new StorageUnavailableException(
                $"The database '{settings.Database}' has encoding {encoding}. Create it with encoding UTF8: it could not store every text.");
        }

        foreach (var name in UnsafeWhenOff)
        {
            if (await ReadSettingAsync(connection, name, cancellationToken) == "off")
                MigrationLog.UnsafeSetting(logger, name);
        }
    }

    private static async Task<string?> ReadSettingAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT current_setting($1)", connection) { Parameters = { new() { Value = name } } };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private static async Task<int> ApplyScriptsAsync(
        NpgsqlConnection connection, NpgsqlConnectionStringBuilder settings, ILogger logger, CancellationToken cancellationToken)
    {
        var scripts = MigrationScripts.For(StorageKind.Postgres);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        await ExecuteAsync(
            connection,
            "CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
            cancellationToken);
        var current = await ReadVersionAsync(connection, cancellationToken);
        foreach (var script in MigrationScripts.After(current, scripts, $"The PostgreSQL database '{settings.Database}'"))
        {
            await ExecuteAsync(connection, script.Sql, cancellationToken);
            await using var record = new NpgsqlCommand("INSERT INTO schema_version (version, name) VALUES ($1, $2)", connection)
            {
                Parameters = { new() { Value = script.Version }, new() { Value = script.Name } },
            };
            await record.ExecuteNonQueryAsync(cancellationToken);
            MigrationLog.Applied(logger, script.Name);
        }

        await transaction.CommitAsync(cancellationToken);
        return scripts.Count;
    }

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM schema_version", connection);
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
