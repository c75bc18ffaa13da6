using System.Net;
using System.Net.Sockets;
using Npgsql;
using Payments.EndToEnd.Harness;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.EndToEnd;

/// <summary>A start that cannot work ends at once, with one line that says why to somebody who has never seen the code.</summary>
public sealed class StartFailureTests : IDisposable
{
    private const string Secret = "hunter2-not-to-be-seen";
    private static readonly Uri Nowhere = new("http://127.0.0.1:9");

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-start-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task A_file_that_is_no_database()
    {
        var path = Path.Combine(directory.FullName, "payments.db");
        await File.WriteAllTextAsync(path, new string('x', 8192));
        await FailsAsync([$"'{path}'", "is not a database"]);
        Assert.Equal(new string('x', 8192), await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task A_database_that_was_cut_off()
    {
        var path = Path.Combine(directory.FullName, "payments.db");
        var run = await ManagedProcess.RunAsync("Silo", ["migrate", .. Arguments()], PaymentsProcesses.Embedded, directory.FullName);
        Assert.Equal(0, run.ExitCode);
        foreach (var file in (string[])[$"{path}-wal", $"{path}-shm"])
            File.Delete(file);
        await using (var stream = File.OpenWrite(path))
            stream.SetLength(stream.Length / 2);
        await FailsAsync([$"'{path}'"]);
    }

    [Fact]
    public Task A_directory_in_place_of_the_database_file() =>
        FailsAsync([$"'{directory.FullName}'", "is a directory"], new() { ["Payments:Storage:Path"] = directory.FullName });

    [Fact]
    public async Task A_database_path_below_a_file()
    {
        var file = Path.Combine(directory.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        await FailsAsync([file, "cannot be opened"], new() { ["Payments:Storage:Path"] = Path.Combine(file, "payments.db") });
    }

    [Fact]
    public async Task A_signing_key_below_a_file()
    {
        var file = Path.Combine(directory.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        await FailsAsync(["signing key", file], new() { ["Payments:Auth:DevelopmentSigningKeyFile"] = Path.Combine(file, "key") });
    }

    [PostgresFact]
    public async Task A_postgres_database_that_does_not_exist()
    {
        var server = new NpgsqlConnectionStringBuilder(await TestPostgres.GetServerAsync()) { Database = "no_such_database" };
        await FailsAsync(["no_such_database", "has no database"], postgres: server.ConnectionString, secret: server.Password);
    }

    [PostgresFact]
    public async Task A_wrong_postgres_password()
    {
        var server = new NpgsqlConnectionStringBuilder(await TestPostgres.GetServerAsync()) { Password = Secret };
        await FailsAsync(["password"], postgres: server.ConnectionString);
    }

    [Fact]
    public Task A_postgres_port_that_nobody_listens_on() =>
        FailsAsync(["127.0.0.1", "9"], postgres: $"Host=127.0.0.1;Port=9;Database=payments;Username=payments;Password={Secret}");

    [Fact]
    public Task A_malformed_postgres_connection_string() =>
        FailsAsync(["connection string"], postgres: $"Host=127.0.0.1;Bogus={Secret};Password={Secret}");

    [Fact]
    public Task No_postgres_connection_string() =>
        FailsAsync(["ConnectionString"], new() { ["Payments:Storage:Kind"] = "Postgres" });

    [Fact]
    public async Task A_port_that_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await FailsAsync([$"127.0.0.1:{port}", "in use"], new() { ["urls"] = $"http://127.0.0.1:{port}" });
    }

    [Fact]
    public async Task A_cluster_port_that_is_taken()
    {
        // The stand-in for Orleans listens on no port of its own.
        if (!PackageSet.IsFull)
            return;

        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        await FailsAsync(["Payments:Cluster:SiloPort", port, "in use"], new() { ["Payments:Cluster:SiloPort"] = port });
        await FailsAsync(["Payments:Cluster:GatewayPort", port, "in use"], new() { ["Payments:Cluster:GatewayPort"] = port });
        await FailsAsync(["Payments:Cluster:GatewayPort", "70000"], new() { ["Payments:Cluster:GatewayPort"] = "70000" });
    }

    [Fact]
    public Task An_address_that_is_none() =>
        FailsAsync(["Urls", "'http://127.0.0.1:80a'"], new() { ["urls"] = "http://127.0.0.1:80a" });

    [Fact]
    public Task No_stripe_key() => FailsAsync(["Payments:Stripe:ApiKey", "missing"], new() { ["Payments:Stripe:ApiKey"] = "" });

    [Fact]
    public Task No_klarna_key() => FailsAsync(["Payments:Klarna:ApiKey", "missing"], new() { ["Payments:Klarna:ApiKey"] = "" });

    [Fact]
    public Task A_live_stripe_key_over_plain_http() =>
        FailsAsync(["Payments:Stripe:ApiBase", "https"], new() { ["Payments:Stripe:ApiKey"] = $"sk_live_{Secret}" });

    [Fact]
    public Task Nobody_to_issue_tokens() =>
        FailsAsync(["Payments:Auth", "Authority"], new() { ["Payments:Auth:DevelopmentSigningKeyFile"] = "" });

    [Fact]
    public Task A_signing_key_that_is_too_short() =>
        FailsAsync(["Payments:Auth", "32 bytes"], new() { ["Payments:Auth:DevelopmentSigningKey"] = Convert.ToBase64String("short"u8) });

    [Fact]
    public Task An_unknown_storage_kind() => FailsAsync(["Payments:Storage", "Oracle"], new() { ["Payments:Storage:Kind"] = "Oracle" });

    [Fact]
    public Task A_wait_that_is_no_time() =>
        FailsAsync(["Payments:Policy", "InlineBudget"], new() { ["Payments:Policy:InlineBudget"] = "soon" });

    [Fact]
    public Task A_webhook_address_that_is_no_url() =>
        FailsAsync(["Payments:Merchants", "webhook"], new() { ["Payments:Merchants:0:Webhook:Url"] = "not a url" });

    [Fact]
    public Task A_webhook_secret_that_is_none() =>
        FailsAsync(["Payments:Merchants", "whsec_"], new() { ["Payments:Merchants:0:Webhook:Secrets:0"] = Secret });

    [Fact]
    public Task A_merchant_without_an_id() => FailsAsync(["Payments:Merchants"], new() { ["Payments:Merchants:0:Id"] = "b955db5e" });

    [Fact]
    public Task An_api_key_of_two_merchants() =>
        FailsAsync(["Payments:Merchants", "API key"], new() { ["Payments:Merchants:1:ApiKeys:0"] = "payhub-demo-key-1" });

    [Fact]
    public async Task An_unknown_verb_shows_the_usage()
    {
        var run = await ManagedProcess.RunAsync("Silo", ["explode"], PaymentsProcesses.Embedded, directory.FullName);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("Usage:", run.Errors, StringComparison.Ordinal);
    }

    /// <summary>Starts the silo and asserts how it fails.</summary>
    /// <param name="words">What the one line must say.</param>
    /// <param name="settings">What is wrong.</param>
    /// <param name="postgres">A connection string, or null for SQLite.</param>
    /// <param name="secret">What must not be seen.</param>
    private async Task FailsAsync(string[] words, Dictionary<string, string>? settings = null, string? postgres = null, string? secret = Secret)
    {
        var run = await ManagedProcess.RunAsync("Silo", Arguments(settings, postgres), PaymentsProcesses.Embedded, directory.FullName);
        var everything = $"{run.Output}\n{run.Errors}";
        Assert.True(run.ExitCode != 0, $"It ended with 0:\n{everything}");
        Assert.True(run.Errors.Length > 0 && !run.Errors.Contains('\n', StringComparison.Ordinal), $"Not one line of errors:\n{everything}");
        foreach (var word in words)
            Assert.Contains(word, run.Errors, StringComparison.OrdinalIgnoreCase);
        foreach (var unwanted in (string[])["   at ", "Exception", secret!])
            Assert.False(everything.Contains(unwanted, StringComparison.Ordinal), $"'{unwanted}' is in the output:\n{everything}");
    }

    private IReadOnlyList<string> Arguments(Dictionary<string, string>? settings = null, string? postgres = null) =>
        PaymentsProcesses.SiloArguments(Nowhere, directory.FullName, postgres, settings);
}
