using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Payments.Deployment.Tests.Rules;
using Payments.Sandbox;
using Payments.Silo;
using Payments.Testing.Processes;

namespace Payments.Deployment.Tests.Harness;

/// <summary>The silo's program and the sandbox inside this process, to be asked what they answer. Alone on SQLite: what paths there are
/// does not depend on it.</summary>
public sealed class Programs : IPrograms, IAsyncLifetime
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-deployment-");
    private readonly ConcurrentDictionary<(string Target, string Path), bool> answers = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private WebApplication? silo;
    private SandboxHost? sandbox;

    /// <summary>Where the silo's HTTP is.</summary>
    public Uri Silo => new(silo!.Urls.First());

    /// <summary>Where the sandbox is.</summary>
    public Uri Sandbox => sandbox!.BaseAddress;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        var ports = FreePorts.Pick(2);
        sandbox = await SandboxHost.StartAsync();
        silo = PaymentsHost.Build(
            [
                "--urls=http://127.0.0.1:0", $"--Payments:Storage:Path={Path.Combine(directory.FullName, "payments.db")}",
                $"--Payments:Auth:DevelopmentSigningKey={Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}",
                $"--Payments:Cluster:SiloPort={ports[0]}", $"--Payments:Cluster:GatewayPort={ports[1]}",
                $"--Payments:Stripe:ApiBase={sandbox.BaseAddress.GetLeftPart(UriPartial.Authority)}",
                "--Payments:Stripe:ApiKey=sk_test_unused",
                $"--Payments:Klarna:BaseUrl={sandbox.BaseAddress.GetLeftPart(UriPartial.Authority)}",
                "--Payments:Klarna:ApiKey=klarna_test_api_unused",
            ],
            static builder => builder.Logging.SetMinimumLevel(LogLevel.None));
        await silo.StartAsync();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await silo!.DisposeAsync();
        await sandbox!.DisposeAsync();
        http.Dispose();
        directory.Delete(recursive: true);
    }

    /// <inheritdoc />
    public bool Answers(string target, string path) => answers.GetOrAdd((target, path), asked =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(asked.Target == "silo" ? Silo : Sandbox, asked.Path));
        using var answer = http.Send(request);
        return answer.IsSuccessStatusCode;
    });
}
