using System.Net;
using System.Net.Sockets;
using Payments.Deployment.Tests.Harness;
using Payments.Testing.Processes;

namespace Payments.Deployment.Tests;

/// <summary>What the containers' health checks run.</summary>
public sealed class HealthVerbTests(Programs programs) : IClassFixture<Programs>
{
    [Fact]
    public async Task A_program_that_answers_is_healthy()
    {
        Assert.Equal((0, """200 {"status":"live"}""", ""), await SiloAsync($"{programs.Silo}health/live"));
        Assert.Equal((0, ""), await SandboxAsync($"{programs.Sandbox}health"));
    }

    [Fact]
    public async Task Without_an_address_the_program_of_this_configuration_is_asked_whether_it_is_ready()
    {
        var (exitCode, output, _) = await ManagedProcess.RunAsync(
            "Silo", ["health"], new Dictionary<string, string> { ["URLS"] = $"http://0.0.0.0:{programs.Silo.Port}" });
        Assert.Equal((0, """200 {"status":"ready"}"""), (exitCode, output));
    }

    [Fact]
    public async Task An_answer_that_is_no_success_is_not_healthy()
    {
        Assert.Equal((1, "", "404"), await SiloAsync($"{programs.Silo}health/nothing"));
        Assert.Equal(1, (await SandboxAsync($"{programs.Sandbox}nothing")).ExitCode);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_not_healthy_and_told_in_one_line()
    {
        var nowhere = new Uri($"http://127.0.0.1:{FreePorts.Pick(1)[0]}/health/live");
        var silo = await SiloAsync($"{nowhere}");
        Assert.Equal((1, ""), (silo.ExitCode, silo.Output));
        Assert.StartsWith($"{nowhere} does not answer: ", silo.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', silo.Errors);
        Assert.Equal(1, (await SandboxAsync($"{nowhere}")).ExitCode);
    }

    [Fact]
    public async Task A_program_that_accepts_and_never_answers_is_not_healthy()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        Assert.Equal(1, (await SiloAsync($"http://{mute.LocalEndpoint}/health/live")).ExitCode);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("--http://127.0.0.1:8080")]
    [InlineData("httpx://127.0.0.1:8080/")]
    public async Task An_address_that_is_none(string address) => Assert.NotEqual(0, (await SiloAsync(address)).ExitCode);

    private static Task<(int ExitCode, string Output, string Errors)> SiloAsync(string address) =>
        ManagedProcess.RunAsync("Silo", ["health", address]);

    private static async Task<(int ExitCode, string Output)> SandboxAsync(string address)
    {
        var run = await ManagedProcess.RunAsync("Sandbox", ["health", address]);
        return (run.ExitCode, run.Output);
    }
}
