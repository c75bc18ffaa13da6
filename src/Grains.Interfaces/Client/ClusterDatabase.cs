using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Payments;

/// <summary>The connections over which silos and clients find each other. Their own pool, so that a storage under load does not make a silo
/// look dead.</summary>
internal static class ClusterDatabase
{
    /// <summary>Name under which Orleans knows Npgsql.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>What a connection string looks like, for messages.</summary>
    public const string Expected = "Expected: Host=…;Port=5432;Database=…;Username=…;Password=…";

    // Membership and reminders need few connections, and a silo is better off hearing soon that the database does not answer.
    private const int ConnectionsMax = 8;
    private const int CommandTimeoutSeconds = 10;
    private const int KeepAliveSeconds = 30;

    // Classes of SQLSTATE that no wait mends: the password, the database's name.
    private const string InvalidAuthorization = "28";
    private const string InvalidCatalogName = "3D";

    /// <summary>The connection string with what the given one leaves open.</summary>
    /// <returns>False when it is malformed.</returns>
    public static bool TryComplete(string? connectionString, [NotNullWhen(true)] out string? completed)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(connectionString)
            {
                Enlist = false,
                MaxPoolSize = ConnectionsMax,
                CommandTimeout = CommandTimeoutSeconds,
                KeepAlive = KeepAliveSeconds,
                ApplicationName = "payments-cluster",
            };
            completed = string.IsNullOrEmpty(connection.Host) ? null : connection.ConnectionString;
        }
        catch (Exception error) when (error
            is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            completed = null;
        }

        return completed is not null;
    }

    /// <summary>Where that is, for messages: without user and password.</summary>
    public static string Describe(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        return $"the PostgreSQL database '{connection.Database}' on {connection.Host}:{connection.Port}";
    }

    /// <summary>Whether waiting cannot mend a failure.</summary>
    public static bool IsHopeless(Exception failure) =>
        failure is PostgresException { SqlState: var state } && (Is(state, InvalidAuthorization) || Is(state, InvalidCatalogName));

    private static bool Is(string sqlState, string sqlClass) => sqlState.StartsWith(sqlClass, StringComparison.Ordinal);
}
