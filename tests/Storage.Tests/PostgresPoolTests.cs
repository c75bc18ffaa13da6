using Npgsql;
using Payments.Storage.Postgres;

namespace Payments.Storage.Tests;

/// <summary>How many connections a silo takes of a server that has 100.</summary>
public sealed class PostgresPoolTests
{
    private const string Database = "Host=127.0.0.1;Port=9;Database=payments;Username=payments;Password=x";

    [Theory]
    [InlineData("", 32)]
    [InlineData(";Maximum Pool Size=100", 100)]
    [InlineData(";MaxPoolSize=4", 4)]
    [InlineData(";maximum pool size=32", 32)]
    [InlineData(";Minimum Pool Size=40", 40)]
    public async Task A_pool_has_32_connections_unless_the_connection_string_says_otherwise(string settings, int expected)
    {
        await using var readers = PostgresConnections.OpenReaders(Database + settings);
        await using var both = PostgresConnections.OpenReadersAndWriters(Database + settings, TimeSpan.FromSeconds(1.5));
        Assert.Equal(expected, new NpgsqlConnectionStringBuilder(readers.ConnectionString).MaxPoolSize);
        Assert.Equal(expected, new NpgsqlConnectionStringBuilder(both.ConnectionString).MaxPoolSize);
        Assert.Equal(2, new NpgsqlConnectionStringBuilder(both.ConnectionString).CommandTimeout);
    }
}
