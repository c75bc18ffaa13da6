using Payments.EndToEnd.Harness;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.EndToEnd;

/// <summary>What an operator sees: health, the start-up log, the other verbs of the program.</summary>
public abstract class OperatorSuite(Deployment deployment, string storage)
{
    [DatabaseFact]
    public async Task Health_says_live_ready_package_set_and_storage()
    {
        Assert.Equal((200, """{"status":"live"}"""), await GetAsync("/health/live"));
        Assert.Equal((200, """{"status":"ready"}"""), await GetAsync("/health/ready"));
        Assert.Equal((200, $$"""{"status":"ready","packageSet":"{{PackageSet.Name}}","storage":"{{storage}}"}"""), await GetAsync("/health"));
    }

    [DatabaseFact]
    public void The_log_says_package_set_and_storage() =>
        Assert.Matches($"package set {PackageSet.Name}\\b.* storage {storage}\\b", deployment.Silo.Output);

    [DatabaseFact]
    public async Task The_token_verb_prints_a_token_that_the_service_takes()
    {
        var run = await RunAsync("token", $"{deployment.Merchant.Merchant.Id}");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        var payment = await deployment.Merchant.CreateAsync();
        var request = deployment.Merchant.Request(HttpMethod.Get, $"/v2/payments/{payment.Id}", null);
        request.Headers.Authorization = new("Bearer", run.Output.Trim());
        (await deployment.Merchant.SendAsync(request)).Is(200, payment.Found("AUTHORIZED"));

        // It is good for that merchant only.
        var foreign = deployment.SecondMerchant.Request(HttpMethod.Get, $"/v2/payments/{payment.Id}", null);
        foreign.Headers.Authorization = new("Bearer", run.Output.Trim());
        (await deployment.SecondMerchant.SendAsync(foreign)).Is(403, Payment.Problem("FORBIDDEN", 403, "Token is not valid for this merchant"));
    }

    [DatabaseFact]
    public async Task The_migrate_verb_finds_a_running_deployment_up_to_date()
    {
        var run = await RunAsync("migrate");
        Assert.Equal((0, "", "The database schema is up to date."), (run.ExitCode, run.Errors, run.Output.Trim()));
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] verb) =>
        ManagedProcess.RunAsync("Silo", [.. verb, .. deployment.SiloArguments], PaymentsProcesses.Embedded, deployment.DataDirectory);

    private async Task<(int Status, string Body)> GetAsync(string path)
    {
        using var response = await deployment.Api.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

/// <summary>See <see cref="OperatorSuite"/>.</summary>
[Collection(OnSqlite.Name)]
public sealed class OperatorOnSqlite(SqliteDeployment deployment) : OperatorSuite(deployment, "Sqlite");

/// <summary>See <see cref="OperatorSuite"/>.</summary>
[Collection(OnPostgres.Name), RequiresPostgres]
public sealed class OperatorOnPostgres(PostgresDeployment deployment) : OperatorSuite(deployment, "Postgres");
