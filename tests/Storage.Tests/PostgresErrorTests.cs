using System.Net.Sockets;
using Npgsql;
using Payments.Storage.Postgres;
using Payments.Testing;

namespace Payments.Storage.Tests;

/// <summary>What an operator reads when the server cannot be used. No message shows the password.</summary>
public sealed class PostgresErrorTests
{
    private const string Secret = "s3cr3t-of-this-test";

    [PostgresFact]
    public async Task A_wrong_password_is_named()
    {
        var user = new NpgsqlConnectionStringBuilder(await TestPostgres.GetServerAsync()).Username;
        await AssertRefusedAsync(await ServerAsync(settings => settings.Password = Secret), $"refused the password of user '{user}'");
    }

    [PostgresFact]
    public async Task A_missing_password_is_named() =>
        await AssertRefusedAsync(await ServerAsync(settings => settings.Password = null), "without a password");

    [PostgresFact]
    public async Task A_missing_database_is_named_with_the_command_that_creates_it() =>
        await AssertRefusedAsync(await ServerAsync(settings => settings.Database = "nowhere"), "has no database 'nowhere'. Create it (createdb nowhere)");

    [PostgresFact]
    public async Task A_user_without_rights_is_named()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var role = $"reader_{Guid.NewGuid():N}";
        await TestPostgres.ExecuteAsync(database, $"CREATE ROLE {role} LOGIN PASSWORD '{Secret}'");
        var settings = new NpgsqlConnectionStringBuilder(database) { Username = role, Password = Secret };
        await TestPostgres.ExecuteAsync(database, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        await AssertRefusedAsync(settings.ConnectionString, "may not create tables");
        await TestPostgres.DropDatabaseAsync(database);
        await TestPostgres.ExecuteAsync(await TestPostgres.GetServerAsync(), $"DROP ROLE {role}");
    }

    [PostgresFact]
    public async Task A_read_only_server_is_named()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var settings = new NpgsqlConnectionStringBuilder(database) { Options = "-c default_transaction_read_only=on" };
        await AssertRefusedAsync(settings.ConnectionString, "is read-only");
        await TestPostgres.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task A_refused_connection_is_named()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await AssertRefusedAsync($"Host=127.0.0.1;Port={port};Database=d;Username=u;Password={Secret}", $"127.0.0.1:{port} refused the connection");
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "cannot be resolved")]
    [InlineData(SocketError.TimedOut, "cannot be reached")]
    [InlineData(SocketError.NetworkUnreachable, "cannot be reached")]
    public void Network_trouble_is_named(SocketError error, string expected)
    {
        var settings = new NpgsqlConnectionStringBuilder { Host = "db.example", Username = "u", Password = Secret };
        var described = PostgresErrors.Describe(new NpgsqlException("x", new SocketException((int)error)), settings);
        Assert.Contains(expected, described.Message, StringComparison.Ordinal);
        Assert.Contains("db.example", described.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=h;Password=" + Secret + ";" + Secret + "=1")]
    [InlineData("Host=h;Port=" + Secret)]
    [InlineData("Database=d;Password=" + Secret)]
    [InlineData("Host=h;Password=\"" + Secret)]
    [InlineData(Secret)]
    public async Task A_malformed_connection_string_is_not_repeated(string connectionString) =>
        await AssertRefusedAsync(connectionString, "connection string is not valid");

    [Fact]
    public async Task A_missing_connection_string_is_named() => await AssertRefusedAsync(null, "No PostgreSQL connection string is configured");

    private static async Task<string> ServerAsync(Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder(await TestPostgres.GetServerAsync());
        change(settings);
        return settings.ConnectionString;
    }

    private static async Task AssertRefusedAsync(string? connectionString, string expected)
    {
        var options = new StorageOptions { Kind = StorageKind.Postgres, ConnectionString = connectionString };
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => MigrationCompliance.MigrateAsync(options));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
        MigrationCompliance.AssertOneLine(refused.Message);
    }
}
