using Payments.Silo;
using Payments.Silo.Configuration;
using Payments.Testing.Processes;

namespace Payments.Cluster;

/// <summary>A cluster that cannot work is not started, and one line says why.</summary>
public sealed class SettingsTests : IDisposable
{
    private const string Secret = "hunter2-not-to-be-seen";
    private const string Database = $"Host=127.0.0.1;Port=9;Database=payments;Username=payments;Password={Secret}";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-settings-");

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData("Payments:Storage:Kind", "Sqlite", "Payments:Storage:Kind=Postgres or AdoNet")]
    [InlineData("Payments:Storage:ProvideReminders", "true", "Payments:Storage:ProvideReminders must be false")]
    [InlineData("Payments:Cluster:Mode", "Swarm", "Payments:Cluster: Failed to convert")]
    [InlineData("Payments:Cluster:SiloPort", "0", "Payments:Cluster:SiloPort 0 is not a port")]
    [InlineData("Payments:Cluster:GatewayPort", "65536", "Payments:Cluster:GatewayPort 65536 is not a port")]
    [InlineData("Payments:Cluster:ServiceId", " ", "Payments:Cluster:ServiceId must not be empty")]
    [InlineData("Payments:Cluster:AdvertisedAddress", "no-such-host.invalid", "'no-such-host.invalid' is no IP address")]
    [InlineData("Payments:Cluster:AdvertisedAddress", "192.0.2.1", "cannot listen on 192.0.2.1")]
    [InlineData("Payments:Cluster:ConnectionString", $"Host=127.0.0.1;Bogus={Secret}", "Payments:Cluster:ConnectionString is not valid")]
    [InlineData("Payments:Cluster:Membership:ProbeTimeout", "00:00:00", "Membership:ProbeTimeout is 00:00:00")]
    [InlineData("Payments:Cluster:Membership:Votes", "11", "Membership:Votes is 11")]
    [InlineData("Payments:Cluster:Membership:ProbedSilos", "1", "Membership:Votes must not exceed ProbedSilos")]
    [InlineData("Payments:Cluster:Membership:VoteExpiration", "00:00:05", "Membership:VoteExpiration must be at least")]
    [InlineData("Payments:Shutdown:Timeout", "00:00:00", "Payments:Shutdown")]
    [InlineData("Payments:Shutdown:ReadinessDelay", "soon", "Payments:Shutdown")]
    public void A_setting_that_makes_no_sense(string key, string value, string message) => Fails(message, new() { [key] = value });

    [Fact]
    public void Ports_that_are_the_same() => Fails(
        "Payments:Cluster:GatewayPort must differ",
        new() { ["Payments:Cluster:SiloPort"] = "22222", ["Payments:Cluster:GatewayPort"] = "22222" });

    [Fact]
    public void An_api_only_process_without_a_cluster() => Fails(
        "Payments:Cluster:Role Api needs Payments:Cluster:Mode=Cluster",
        new() { ["Payments:Cluster:Mode"] = "Embedded", ["Payments:Cluster:Role"] = "Api" });

    [Fact]
    public void An_api_only_process_without_a_database_to_find_silos_in() => Fails(
        "Payments:Cluster:ConnectionString is missing",
        new() { ["Payments:Cluster:Role"] = "Api", ["Payments:Storage:Kind"] = "Sqlite", ["Payments:Storage:ConnectionString"] = "" });

    private void Fails(string message, Dictionary<string, string> settings)
    {
        var all = new Dictionary<string, string>
        {
            ["environment"] = "Embedded",
            ["Payments:Cluster:Mode"] = "Cluster",
            ["Payments:Cluster:AdvertisedAddress"] = "127.0.0.1",
        };
        foreach (var (key, value) in settings)
            all[key] = value;
        var arguments = PaymentsProcesses.SiloArguments(new Uri("http://127.0.0.1:9"), directory.FullName, Database, all);
        var error = Assert.Throws<SettingsException>(() => PaymentsHost.Build([.. arguments]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
