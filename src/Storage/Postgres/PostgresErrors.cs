using System.Net.Sockets;
using Npgsql;
using Payments.Storage.Rows;

namespace Payments.Storage.Postgres;

/// <summary>What PostgreSQL's error codes mean (https://www.postgresql.org/docs/current/errcodes-appendix.html).</summary>
internal static class PostgresErrors
{
    private const string ReadOnlyTransaction = "25006";

    public static StoreFailure Classify(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => ClassifyState(state),
        NpgsqlException or TimeoutException or IOException or SocketException or OperationCanceledException => StoreFailure.Transient,
        _ => StoreFailure.Fatal,
    };

    /// <summary>One line for an operator: what is wrong and what to do. Never the password.</summary>
    public static StorageUnavailableException Describe(Exception exception, NpgsqlConnectionStringBuilder settings)
    {
        var server = $"PostgreSQL at {settings.Host}:{settings.Port}";
        var user = string.IsNullOrEmpty(settings.Username) ? "the default user" : $"user '{settings.Username}'";
        var database = string.IsNullOrEmpty(settings.Database) ? settings.Username : settings.Database;
        var message = exception switch
        {
            PostgresException postgres => postgres.SqlState switch
            {
                PostgresErrorCodes.InvalidPassword => $"{server} refused the password of {user}. Set the right password in the connection string.",
                PostgresErrorCodes.InvalidAuthorizationSpecification =>
                    $"{server} does not let {user} in. Check the user name and the server's pg_hba.conf.",
                PostgresErrorCodes.InvalidCatalogName => $"{server} has no database '{database}'. Create it (createdb {database}), or name another one.",
                PostgresErrorCodes.InsufficientPrivilege =>
                    $"{server}: {user} may not create tables in database '{database}'. Grant CREATE on its schema, or connect as its owner.",
                PostgresErrorCodes.TooManyConnections => $"{server} has no connection left. Raise max_connections, or use fewer silos or smaller pools.",
                PostgresErrorCodes.CannotConnectNow => $"{server} is still starting or is shutting down. Try again when it accepts connections.",
                ReadOnlyTransaction => $"{server} is read-only, most likely a standby. Connect to the primary.",
                _ => $"{server}, database '{database}': {OneLine(postgres.MessageText)} (SQLSTATE {postgres.SqlState})",
            },
            _ => Unreachable(exception, server, settings),
        };
        return new StorageUnavailableException(message, exception);
    }

    private static string Unreachable(Exception exception, string server, NpgsqlConnectionStringBuilder settings)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"{server} refused the connection. Check that it runs and listens there.";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                    return $"The host '{settings.Host}' of PostgreSQL cannot be resolved. Check the host name in the connection string.";
                case SocketException or TimeoutException or OperationCanceledException:
                    return $"{server} cannot be reached. Check host, port and network.";
            }
        }

        return string.IsNullOrEmpty(settings.Password) && settings.Passfile is null
            ? $"{server} cannot be used without a password. Set one in the connection string."
            : $"{server} cannot be used: {OneLine(exception.Message)}";
    }

    private static StoreFailure ClassifyState(string state) => state[..2] switch
    {
        // Connection, serialization and deadlock, resources, lock not available, operator intervention and start-up.
        "08" or "40" or "53" or "55" or "57" => StoreFailure.Transient,
        // Data, constraint, program limit.
        "22" or "23" or "54" => StoreFailure.Rejected,
        // After a failover the old primary may still answer, read-only.
        _ when state == ReadOnlyTransaction => StoreFailure.Transient,
        _ => StoreFailure.Fatal,
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
