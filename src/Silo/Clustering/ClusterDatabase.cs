using Npgsql;
using Payments.Silo.Configuration;

namespace Payments.Silo.Clustering;

/// <summary>The connections over which silos find each other. Their own pool, so that a storage under load does not make a silo look dead.</summary>
internal static class ClusterDatabase
{
    /// <summary>Name under which Orleans knows Npgsql.</summary>
    public const string Invariant = "Npgsql";

    // Membership and reminders need few connections, and a silo is better off hearing soon that the database does not answer.
    private const int ConnectionsMax = 8;
    private const int CommandTimeoutSeconds = 10;
    private const int KeepAliveSeconds = 30;

    /// <summary>The connection string with what the configured one leaves open.</summary>
    /// <exception cref="SettingsException">It is malformed. What is wrong with it is not repeated: it may be a piece of the password.</exception>
    public static string ConnectionString(ClusterSettings settings)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
            {
                Enlist = false,
                MaxPoolSize = ConnectionsMax,
                CommandTimeout = CommandTimeoutSeconds,
                KeepAlive = KeepAliveSeconds,
                ApplicationName = "payments-cluster",
            };
            return string.IsNullOrEmpty(connection.Host) ? throw new FormatException("No host.") : connection.ConnectionString;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            throw new SettingsException(
                $"{ClusterSettings.Section}:ConnectionString is not valid. Expected: Host=…;Port=5432;Database=…;Username=…;Password=…");
        }
    }

    /// <summary>Where that is, for messages: without user and password.</summary>
    public static string Describe(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        return $"the PostgreSQL database '{connection.Database}' on {connection.Host}:{connection.Port}";
    }
}
