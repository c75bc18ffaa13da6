using System.Data.Common;
using Npgsql;

namespace Payments.Storage.Postgres;

/// <summary>The connection settings of this program, whatever the configured string leaves open.</summary>
internal static class PostgresConnections
{
    private const int PreparedStatementsMax = 32;
    private const int KeepAliveSeconds = 30;

    // Npgsql's own default is 100 per silo, which is all that a PostgreSQL server accepts by default. A read takes well below a
    // millisecond.
    private const int PooledMax = 32;
    private const string PoolSizeKeyword = "Maximum Pool Size";

    /// <summary>The connection string, parsed.</summary>
    /// <exception cref="StorageUnavailableException">It is malformed. What is wrong with it is not repeated: it may be a piece of the
    /// password.</exception>
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
    public static NpgsqlDataSource OpenReaders(string? connectionString) =>
        Named(Pooled(connectionString), "payments-readers").Build();

    /// <summary>Pooled connections that read and write, each write a commit of its own, with the settings of a writer.</summary>
    public static NpgsqlDataSource OpenReadersAndWriters(string? connectionString, TimeSpan timeout)
    {
        var settings = Pooled(connectionString);
        settings.CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds);
        var builder = Named(settings, "payments-readers-and-writers");
        builder.UsePhysicalConnectionInitializer(
            static connection => Prepare(connection).ExecuteNonQuery(),
            static connection => Prepare(connection).ExecuteNonQueryAsync());
        return builder.Build();
    }

    /// <summary>Connections with settings of their own; they live as long as their writer, so a pool would only mix them up.</summary>
    public static NpgsqlDataSource OpenWriters(string? connectionString)
    {
        var settings = WithDefaults(connectionString);
        settings.Pooling = false;
        return Named(settings, "payments-writers").Build();
    }

    /// <summary>With a name: measurements of a source without one carry its connection string.</summary>
    private static NpgsqlDataSourceBuilder Named(NpgsqlConnectionStringBuilder settings, string name) =>
        new(settings.ConnectionString) { Name = name };

    private static NpgsqlConnectionStringBuilder Pooled(string? connectionString)
    {
        var settings = WithDefaults(connectionString);
        if (!new DbConnectionStringBuilder { ConnectionString = settings.ConnectionString }.ContainsKey(PoolSizeKeyword))
            settings.MaxPoolSize = Math.Max(PooledMax, settings.MinPoolSize);

        // No statement leaves session state behind that the next user could meet.
        settings.NoResetOnClose = true;
        return settings;
    }

    private static NpgsqlCommand Prepare(NpgsqlConnection connection) => new(PostgresSql.PrepareWriter, connection);

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
