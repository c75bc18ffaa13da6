using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Payments.Deployment.Tests.Files;
using Payments.Deployment.Tests.Harness;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Deployment.Tests.Running;

/// <summary>
/// The services of docker-compose.yml that are ours, as processes with their commands, variables and secrets as they stand there. Only what
/// differs without containers is replaced: names of hosts by loopback, ports by free ones, <c>/run/secrets</c> and
/// <c>/data</c> by directories.
/// </summary>
internal sealed class ComposeRun : IAsyncDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-compose-");
    private readonly ComposeFile compose = ComposeFile.Parse(new DeploymentFiles().Read(DeploymentFiles.Compose));
    private readonly List<ManagedProcess> silos = [];
    private string database = "";
    private ManagedProcess? sandbox;

    private ComposeRun()
    {
    }

    /// <summary>Merchant of the compose profile.</summary>
    public static Guid Merchant => PaymentsProcesses.Merchant;

    /// <summary>The silos, in the order of the file.</summary>
    public IReadOnlyList<ManagedProcess> Silos => silos;

    /// <summary>HTTP to the sandbox.</summary>
    public HttpClient Sandbox { get; private set; } = null!;

    /// <summary>How long the engine waits for a silo that it stops.</summary>
    public TimeSpan StopGracePeriod => ComposeService.Duration(compose.Silos.First().Yaml.At("stop_grace_period"));

    /// <summary>What deploy/make-secrets made.</summary>
    public IReadOnlyDictionary<string, string> Made { get; private set; } = new Dictionary<string, string>();

    private string MadeSecrets => Path.Combine(directory.FullName, "made");

    /// <summary>Database, sandbox, migration, and then all silos at once.</summary>
    public static async Task<ComposeRun> StartAsync()
    {
        var run = new ComposeRun();
        await Secrets.MakeAsync(run.MadeSecrets);
        run.Made = Secrets.Contents(run.MadeSecrets);
        run.database = await TestPostgres.CreateDatabaseAsync();
        run.sandbox = await ManagedProcess.StartServerAsync("Sandbox", run.compose.Sandbox.Command.Select(word => word switch
        {
            ['h', 't', 't', 'p', ':', ..] => "http://127.0.0.1:0",
            ['/', ..] => Path.Combine(run.directory.FullName, Path.GetFileName(word)),
            _ => word,
        }));
        run.Sandbox = Client(run.sandbox.BaseAddress);

        var migrate = run.compose.Services["migrate"];
        var (exitCode, _, errors) = await ManagedProcess.RunAsync("Silo", migrate.Command, run.EnvironmentOf(migrate));
        Assert.True(exitCode == 0, errors);
        run.silos.AddRange(await Task.WhenAll(run.compose.Silos
            .Select(silo => ManagedProcess.StartServerAsync("Silo", silo.Command, run.EnvironmentOf(silo)))));
        return run;
    }

    /// <summary>HTTP to a silo, with a token that the program itself gave.</summary>
    public async Task<HttpClient> MerchantClientAsync(ManagedProcess silo)
    {
        var (exitCode, token, errors) = await ManagedProcess.RunAsync(
            "Silo", ["token", $"{Merchant}"], EnvironmentOf(compose.Silos.First()));
        Assert.True(exitCode == 0, errors);
        var client = Client(silo.BaseAddress);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token.Trim());
        client.DefaultRequestHeaders.Add("X-Merchant-Id", $"{Merchant}");
        client.DefaultRequestHeaders.Add("X-Upstream-Env", "dev");
        client.DefaultRequestHeaders.Add("X-Source", "merchant-portal");
        return client;
    }

    /// <summary>HTTP to a silo, with the merchant's API key.</summary>
    public HttpClient PayhubClient(ManagedProcess silo)
    {
        var client = Client(silo.BaseAddress);
        client.DefaultRequestHeaders.Add("X-Api-Key", Made["merchant_api_key"]);
        return client;
    }

    /// <summary>Lets the sandbox check the merchant's webhooks.</summary>
    public async Task CheckSignaturesAsync() =>
        (await Sandbox.PutAsJsonAsync($"/control/merchants/{Merchant}",
            new { secret = Made["merchant_webhook_secret"] })).EnsureSuccessStatusCode();

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in silos)
            await silo.DisposeAsync();
        if (sandbox is not null)
            await sandbox.DisposeAsync();
        Sandbox?.Dispose();
        if (database.Length > 0)
            await TestPostgres.DropDatabaseAsync(database);
        directory.Delete(recursive: true);
    }

    private static HttpClient Client(Uri address) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>The variables of a service; its secrets as its own directory.</summary>
    private Dictionary<string, string> EnvironmentOf(ComposeService service)
    {
        var secrets = Directory.CreateDirectory(Path.Combine(directory.FullName, service.Name)).FullName;
        foreach (var (source, target) in service.Secrets)
            File.Copy(Path.Combine(MadeSecrets, source), Path.Combine(secrets, target), overwrite: true);
        var server = new NpgsqlConnectionStringBuilder(database);
        var passfile = Path.Combine(directory.FullName, "passfile");
        File.WriteAllText(passfile, $"*:*:*:*:{server.Password}");

        var all = service.Environment.ToDictionary();
        foreach (var (key, value) in MerchantSettings())
            all[key] = value;
        var ports = FreePorts.Pick(2);
        all["URLS"] = "http://127.0.0.1:0";
        all["PAYMENTS__SECRETSDIRECTORY"] = secrets;
        all["PAYMENTS__STORAGE__CONNECTIONSTRING"] = new NpgsqlConnectionStringBuilder(all["PAYMENTS__STORAGE__CONNECTIONSTRING"])
        {
            Host = server.Host, Port = server.Port, Database = server.Database, Username = server.Username, Passfile = passfile,
        }.ConnectionString;
        all["PAYMENTS__CLUSTER__ADVERTISEDADDRESS"] = "127.0.0.1";
        all["PAYMENTS__CLUSTER__SILOPORT"] = $"{ports[0]}";
        all["PAYMENTS__CLUSTER__GATEWAYPORT"] = $"{ports[1]}";
        foreach (var key in (string[])["PAYMENTS__STRIPE__APIBASE", "PAYMENTS__KLARNA__BASEURL", "PAYMENTS__MERCHANTS__0__WEBHOOK__URL"])
            all[key] = all[key].Replace("http://sandbox:8090", sandbox!.BaseAddress.GetLeftPart(UriPartial.Authority),
                StringComparison.Ordinal);
        all["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{FreePorts.Pick(1)[0]}";
        return all;
    }

    /// <summary>The mounted settings file, which the program would look for beside itself, as variables.</summary>
    private static IEnumerable<KeyValuePair<string, string>> MerchantSettings() => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(new DeploymentFiles().Read(DeploymentFiles.Merchants))))
        .Build().AsEnumerable()
        .Where(static pair => pair.Value is not null)
        .Select(static pair => KeyValuePair.Create(pair.Key.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant(), pair.Value!));
}
