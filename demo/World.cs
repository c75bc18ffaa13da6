using System.Net.Http.Headers;
using Payments.Testing.Processes;

namespace Payments.Demo;

/// <summary>A sandbox and a silo of this build as child processes on free ports, with a folder that goes with them.</summary>
internal sealed class World : IAsyncDisposable
{
    /// <summary>The demo merchant's webhook secret, as the embedded profile configures it.</summary>
    public const string WebhookSecret = "whsec_ZGVtby1tZXJjaGFudC1vbmUtc2VjcmV0LTAwMQ==";

    /// <summary>Value of <c>X-Source</c>, which the webhook carries as <c>source</c>.</summary>
    public const string Source = "merchant-portal";

    // What a crash leaves behind is looked at after this time, not the usual 8 s, so that nobody waits for the demo. The lease must
    // outlast the calls that it covers, so their limits come down with it.
    private static readonly IReadOnlyDictionary<string, string> ShortWaits = new Dictionary<string, string>
    {
        ["Payments:Policy:WriteAheadLease"] = "00:00:04",
        ["Payments:Policy:ProviderDeadline"] = "00:00:03",
        ["Payments:RequestPolicy:WriteAheadLease"] = "00:00:04",
        ["Payments:RequestPolicy:ProviderDeadline"] = "00:00:03",

        // What the customer or the bank does is looked for at once: here they take no days.
        ["Payments:Policy:SettlementWatch:Initial"] = "00:00:00.5",
        ["Payments:Policy:SettlementWatch:Max"] = "00:00:01",
        ["Payments:RequestPolicy:SessionWatch:Initial"] = "00:00:00.5",
        ["Payments:RequestPolicy:SessionWatch:Max"] = "00:00:01",
    };

    private readonly string folder;
    private readonly ManagedProcess sandbox;
    private readonly string api;
    private readonly string token;

    private World(string folder, ManagedProcess sandbox, ManagedProcess silo, string api, string token)
    {
        this.folder = folder;
        this.sandbox = sandbox;
        this.api = api;
        this.token = token;
        Silo = silo;
        Ledger = new ProviderLedger(new HttpClient { BaseAddress = sandbox.BaseAddress });
    }

    /// <summary>The silo that runs now.</summary>
    public ManagedProcess Silo { get; private set; }

    /// <summary>Where the silo listens, before and after a restart.</summary>
    public string Api => api;

    /// <summary>What really happened at the providers and the merchants.</summary>
    public ProviderLedger Ledger { get; }

    /// <summary>The headers of <see cref="V2"/>, for people.</summary>
    public string HeadersOfV2 => $"Authorization: Bearer {token[..12]}…, X-Merchant-Id: {PaymentsProcesses.Merchant}, X-Upstream-Env: dev, X-Source: {Source}";

    /// <summary>Starts both processes.</summary>
    public static async Task<World> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("payments-demo-").FullName;
        ManagedProcess? sandbox = null;
        ManagedProcess? silo = null;
        try
        {
            sandbox = await PaymentsProcesses.StartSandboxAsync();

            // A fixed port, so that the restarted silo is found where the first one was.
            var api = $"http://127.0.0.1:{FreePorts.Pick(1)[0]}";
            var token = PaymentsProcesses.CreateTokenAsync(sandbox.BaseAddress, folder, PaymentsProcesses.Merchant);
            silo = await StartSiloAsync(sandbox.BaseAddress, folder, api);
            return new World(folder, sandbox, silo, api, await token);
        }
        catch
        {
            if (silo is not null)
                await silo.DisposeAsync();
            if (sandbox is not null)
                await sandbox.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>The demo merchant's client of the v2 contract.</summary>
    public MerchantClient V2(Transcript transcript)
    {
        var http = new HttpClient { BaseAddress = new Uri(api) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.Add("X-Merchant-Id", $"{PaymentsProcesses.Merchant}");
        http.DefaultRequestHeaders.Add("X-Upstream-Env", "dev");
        http.DefaultRequestHeaders.Add("X-Source", Source);
        return new MerchantClient(http, transcript);
    }

    /// <summary>A merchant's client of the Payhub contract.</summary>
    public MerchantClient Payhub(string apiKey, Transcript transcript)
    {
        var http = new HttpClient { BaseAddress = new Uri(api) };
        http.DefaultRequestHeaders.Add("X-Api-Key", apiKey);
        return new MerchantClient(http, transcript);
    }

    /// <summary>Starts a silo on the data and at the address of the one that was killed.</summary>
    public async Task RestartSiloAsync()
    {
        await Silo.DisposeAsync();
        Silo = await StartSiloAsync(sandbox.BaseAddress, folder, api);
    }

    /// <summary>Ends both processes and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        Ledger.Dispose();
        await Silo.DisposeAsync();
        await sandbox.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static Task<ManagedProcess> StartSiloAsync(Uri sandbox, string folder, string api) => PaymentsProcesses.StartSiloAsync(
        sandbox, folder, settings: new Dictionary<string, string>(ShortWaits) { ["urls"] = api, ["Payments:Api:PublicBaseUrl"] = api });
}
