using Npgsql;

namespace Payments.Storage.Postgres;

/// <summary>The connection settings of this program, whatever the configured string leaves open.</summary>
internal static class PostgresConnections
{
    private const int PreparedStatementsMax = 32;
    private const int KeepAliveSeconds = 30;

    /// <summary>The connection string, parsed.</summary>
    /// <exception cref="StorageUnavailableException">It is malformed. What is wrong with it is not repeated: it may be a piece of the password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string? connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            return string.IsNullOrEmpty(settings.Host) ? throw new FormatException("No host.") : settings;
        }
        catch (Exception exception) when (exception
            is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            throw new StorageUnavailableException(
                "The PostgreSQL connection string is not valid. Expected: Host=…;Port=5432;Database=…;Username=…;Password=…");
        }
    }

    /// <summary>Pooled connections that read.</summary>
    public static NpgsqlDataSource OpenReaders(string? connectionString)
    {
        var settings = WithDefaults(connectionString);
        // Reads leave no session state behind that the next user could meet.
        settings.NoResetOnClose = true;
        return Open(settings, "payments-readers");
    }

    /// <summary>Connections with settings of their own; they live as long as their writer, so a pool would only mix them up.</summary>
    public static NpgsqlDataSource OpenWriters(string? connectionString)
    {
        var settings = WithDefaults(connectionString);
        settings.Pooling = false;
        return Open(settings, "payments-writers");
    }

    /// <summary>With a name: measurements of a source without one carry its connection string.</summary>
    private static NpgsqlDataSource Open(NpgsqlConnectionStringBuilder settings, string name) =>
        new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.Build();

    private static NpgsqlConnectionStringBuilder WithDefaults(string? connectionString)
    {
        var settings = Parse(connectionString);
        settings.Enlist = false;
        if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = PreparedStatementsMax;
            settings.AutoPrepareMinUsages = 2;
        }

        if (settings.KeepAlive == 0)
            settings.KeepAlive = KeepAliveSeconds;
        settings.ApplicationName ??= "payments";
        return settings;
    }
}
