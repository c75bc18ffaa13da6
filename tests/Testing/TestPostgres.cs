using Npgsql;

namespace Payments.Testing;

/// <summary>A real PostgreSQL for tests: the running server that <c>PAYMENTS_TEST_POSTGRES</c> names (a superuser's connection string), else a
/// temporary one of this test process, started on first use.</summary>
public static class TestPostgres
{
    private const string ServerVariable = "PAYMENTS_TEST_POSTGRES";

    private static readonly string? RunningServer = Environment.GetEnvironmentVariable(ServerVariable);
    private static readonly string? Binaries = string.IsNullOrEmpty(RunningServer) ? PostgresBinaries.Find() : null;
    private static readonly Lazy<Task<string>> Server = new(StartAsync);

    /// <summary>Whether tests on PostgreSQL can run here.</summary>
    public static bool Available => UnavailableReason is null;

    /// <summary>Why not, or null.</summary>
    public static string? UnavailableReason => !string.IsNullOrEmpty(RunningServer) || Binaries is not null
        ? null
        : $"PostgreSQL was NOT tested: no initdb and postgres in PATH or /usr/lib/postgresql/*/bin, and {ServerVariable} is not set.";

    /// <summary>The superuser's connection string to the server's own database <c>postgres</c>.</summary>
    public static Task<string> GetServerAsync() => Server.Value;

    /// <summary>Creates an empty database with a name of its own.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateDatabaseAsync()
    {
        var server = await GetServerAsync();
        var name = $"payments_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    /// <summary>Drops a database of <see cref="CreateDatabaseAsync"/>, open connections and all.</summary>
    public static async Task DropDatabaseAsync(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await ExecuteAsync(await GetServerAsync(), $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    }

    /// <summary>Runs SQL on a connection of its own.</summary>
    /// <returns>The number of rows affected.</returns>
    public static async Task<int> ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> StartAsync()
    {
        if (!string.IsNullOrEmpty(RunningServer))
            return RunningServer;
        var server = await PostgresServer.StartAsync(Binaries ?? throw new InvalidOperationException(UnavailableReason));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Stop();
        return server.ConnectionString;
    }
}
