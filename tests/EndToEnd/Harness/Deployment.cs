using Payments.Testing.Processes;

namespace Payments.EndToEnd.Harness;

/// <summary>A sandbox and a silo as two processes, and clients of both. The silo can be stopped, killed and started again on the same data.</summary>
public abstract class Deployment : IAsyncLifetime
{
    private const int ConnectionsMax = 1200;

    // Short waits between tries, so that what takes minutes in production converges within a test; still longer than the calls that they wait for.
    private static readonly Dictionary<string, string> ShortWaits = new()
    {
        ["Payments:Api:PublicBaseUrl"] = Payment.PublicBaseUrl,
        ["Payments:Policy:InlineBudget"] = "00:00:01.5",
        ["Payments:Policy:ProviderDeadline"] = "00:00:01.8",
        ["Payments:Policy:WriteAheadLease"] = "00:00:02",
        ["Payments:Policy:OperationRetry:Initial"] = "00:00:00.2",
        ["Payments:Policy:OperationRetry:Max"] = "00:00:01",
        ["Payments:Policy:SettlementWatch:Initial"] = "00:00:00.2",
        ["Payments:Policy:SettlementWatch:Max"] = "00:00:00.5",
        ["Payments:Policy:CreateAttemptsMax"] = "1000",
        ["Payments:RequestPolicy:InlineBudget"] = "00:00:01.5",
        ["Payments:RequestPolicy:ProviderDeadline"] = "00:00:01.8",
        ["Payments:RequestPolicy:WriteAheadLease"] = "00:00:02",
        ["Payments:RequestPolicy:Retry:Initial"] = "00:00:00.2",
        ["Payments:RequestPolicy:Retry:Max"] = "00:00:01",
        ["Payments:ProviderEvents:Retry:Initial"] = "00:00:00.2",
        ["Payments:ProviderEvents:Retry:Max"] = "00:00:01",
        ["Payments:Retry:ScanInterval"] = "00:00:00.2",
        ["Payments:Retry:Shards"] = "4",
    };

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-end-to-end-");
    private ManagedProcess? sandbox;
    private HttpClient? sandboxHttp;
    private HttpClient? api;

    /// <summary>Sets the clients up; they follow the silo over restarts.</summary>
    protected Deployment()
    {
        Merchant = new MerchantClient(this, Harness.Merchant.First);
        SecondMerchant = new MerchantClient(this, Harness.Merchant.Second);
        Curious = new MerchantClient(this, Harness.Merchant.Curious);
        Payhub = new PayhubClient(this, "payhub-demo-key-1");
        SecondPayhub = new PayhubClient(this, "payhub-demo-key-2");
    }

    /// <summary>The first merchant on the v2 contract.</summary>
    public MerchantClient Merchant { get; }

    /// <summary>Another merchant on the v2 contract.</summary>
    public MerchantClient SecondMerchant { get; }

    /// <summary>A merchant on the v2 contract that wants every event.</summary>
    public MerchantClient Curious { get; }

    /// <summary>The first merchant on the Payhub contract.</summary>
    public PayhubClient Payhub { get; }

    /// <summary>Another merchant on the Payhub contract.</summary>
    public PayhubClient SecondPayhub { get; }

    /// <summary>The sandbox.</summary>
    public SandboxClient Sandbox { get; private set; } = null!;

    /// <summary>The running silo.</summary>
    public ManagedProcess Silo { get; private set; } = null!;

    /// <summary>HTTP to the running silo.</summary>
    public HttpClient Api => api!;

    /// <summary>The key that bearer tokens are signed with, base64.</summary>
    public string SigningKey { get; private set; } = "";

    /// <summary>Where the silo's files lie.</summary>
    public string DataDirectory => directory.FullName;

    /// <summary>The silo's command line, for a second program on the same data.</summary>
    public IReadOnlyList<string> SiloArguments => PaymentsProcesses.SiloArguments(sandbox!.BaseAddress, DataDirectory, Database, Settings);

    /// <summary>Whether this deployment can run here.</summary>
    protected virtual bool Available => true;

    /// <summary>A PostgreSQL connection string, or null for SQLite.</summary>
    protected string? Database { get; private set; }

    /// <summary>The program that is the silo.</summary>
    protected virtual string Program => "Silo";

    /// <summary>The settings of every test.</summary>
    protected virtual IReadOnlyDictionary<string, string> Waits => ShortWaits;

    /// <summary>Settings beyond those of every test.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> MoreSettings => [];

    private Dictionary<string, string> Settings
    {
        get
        {
            var all = new Dictionary<string, string>(Waits);
            foreach (var (key, value) in Harness.Merchant.ExtraSettings(sandbox!.BaseAddress).Concat(MoreSettings))
                all[key] = value;
            return all;
        }
    }

    /// <summary>Starts both.</summary>
    public async Task InitializeAsync()
    {
        // The tests of this class are skipped with the reason; nothing to start for them.
        if (!Available)
            return;

        Database = await CreateDatabaseAsync();
        sandbox = await PaymentsProcesses.StartSandboxAsync();
        sandboxHttp = Client(sandbox.BaseAddress);
        Sandbox = new SandboxClient(sandboxHttp);
        Merchant[] merchants = [Harness.Merchant.First, Harness.Merchant.Second, Harness.Merchant.Slow, Harness.Merchant.Gone, Harness.Merchant.Curious];
        foreach (var merchant in merchants)
            await Sandbox.ConfigureAsync(merchant);
        await StartSiloAsync();
    }

    /// <summary>Ends both and deletes their data.</summary>
    public async Task DisposeAsync()
    {
        if (Silo is not null)
            await Silo.DisposeAsync();
        if (sandbox is not null)
            await sandbox.DisposeAsync();
        api?.Dispose();
        sandboxHttp?.Dispose();
        directory.Delete(recursive: true);
        if (Database is not null)
            await DropDatabaseAsync(Database);
    }

    /// <summary>Starts the silo on the data that is there.</summary>
    public async Task StartSiloAsync()
    {
        Silo = await PaymentsProcesses.StartSiloAsync(sandbox!.BaseAddress, DataDirectory, Database, Settings, Program);
        SigningKey = await File.ReadAllTextAsync(Path.Combine(DataDirectory, "development-signing.key"));
        api?.Dispose();
        api = Client(Silo.BaseAddress);
    }

    /// <summary><c>kill -9</c>, and a new silo on the same data.</summary>
    public async Task KillAndRestartAsync()
    {
        await Silo.DisposeAsync();
        await StartSiloAsync();
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code, and how long it took.</returns>
    public async Task<(int ExitCode, TimeSpan Duration)> StopSiloAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        return (await Silo.StopAsync(), TimeProvider.System.GetElapsedTime(began));
    }

    /// <summary>A merchant on the v2 contract that only the tests configure.</summary>
    public MerchantClient ClientOf(Merchant merchant) => new(this, merchant);

    /// <summary>Lets nothing be written to the database until the result is disposed.</summary>
    public abstract Task<IAsyncDisposable> HoldWritesAsync();

    /// <summary>A grain's row as the database has it: how often it was written, and its status column; null when there is none.</summary>
    public abstract Task<(long Version, string Status)?> RowAsync(string grainType, string grainKey);

    /// <summary>Makes a grain's document one that no program can read; its columns stay.</summary>
    public abstract Task SpoilAsync(string grainType, string grainKey);

    /// <summary>A request of an operator, or of somebody with another token.</summary>
    /// <param name="verb">GET or POST.</param>
    /// <param name="path">Below <c>/operator/v1/</c>.</param>
    /// <param name="scope">The token's scope.</param>
    public Task<Answer> OperatorAsync(HttpMethod verb, string path, string scope = "financial/commerce/nonprodcheckout:operator")
    {
        var request = new HttpRequestMessage(verb, $"/operator/v1/{path}");
        request.Headers.Authorization = new("Bearer", Bearer.Create(SigningKey, Harness.Merchant.First.Id, scope));
        return Answer.OfAsync(Api, request);
    }

    /// <summary>Creates the database server's part; null for SQLite.</summary>
    protected virtual Task<string?> CreateDatabaseAsync() => Task.FromResult<string?>(null);

    /// <summary>Drops it.</summary>
    protected virtual Task DropDatabaseAsync(string database) => Task.CompletedTask;

    private static HttpClient Client(Uri address)
    {
        // Proxies of the surrounding machine are no part of the test.
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = ConnectionsMax, UseProxy = false, UseCookies = false };
        return new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(90) };
    }
}
