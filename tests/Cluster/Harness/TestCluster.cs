using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Payments.Sandbox;
using Payments.Silo.Configuration;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Cluster.Harness;

/// <summary>One database, one sandbox, and as many silos over them as a test starts.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    /// <summary>The demo merchant of the embedded profile.</summary>
    public static readonly Guid Merchant = PaymentsProcesses.Merchant;

    /// <summary>How long anything may take that a test waits for. Only a defect takes so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Settings that leave grain state to Orleans' own storage.</summary>
    public static readonly Dictionary<string, string> OnAdoNet = new() { ["Payments:Storage:Kind"] = "AdoNet" };

    private const int Amount = 25_000;
    private static readonly Guid Card = Guid.Parse("11111111-1111-4111-8111-111111111111");

    // Short waits, so that what takes minutes in production takes seconds here; in the same proportions.
    internal static readonly Dictionary<string, string> Waits = new()
    {
        ["Payments:Cluster:Membership:ProbeTimeout"] = "00:00:00.7",
        ["Payments:Cluster:Membership:TableRefresh"] = "00:00:02",
        ["Payments:Cluster:Membership:AlivePublish"] = "00:00:01",
        ["Payments:Cluster:Membership:VoteExpiration"] = "00:00:20",
        ["Payments:Shutdown:ReadinessDelay"] = "00:00:00.5",
        ["Payments:Policy:InlineBudget"] = "00:00:01.5",
        ["Payments:Policy:ProviderDeadline"] = "00:00:02",
        ["Payments:Policy:WriteAheadLease"] = "00:00:03",
        ["Payments:Policy:OperationRetry:Initial"] = "00:00:00.2",
        ["Payments:Policy:OperationRetry:Max"] = "00:00:01",
        ["Payments:Policy:CreateAttemptsMax"] = "1000",
        ["Payments:Retry:ScanInterval"] = "00:00:00.2",
        ["Payments:Retry:Shards"] = "8",
        // These tests cause what is logged as an error, by the hundred.
        ["Logging:LogLevel:Default"] = "None",
        ["Logging:LogLevel:Microsoft"] = "None",
        ["Logging:LogLevel:Orleans"] = "None",
    };

    private readonly ConcurrentBag<Node> nodes = [];
    private readonly ConcurrentBag<ManagedProcess> processes = [];
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-cluster-");

    private TestCluster(SandboxHost sandbox, string database)
    {
        Sandbox = sandbox;
        Database = database;
    }

    /// <summary>Signs the tokens of all tests, base64.</summary>
    public static string SigningKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The providers and the merchant, and what really happened there.</summary>
    public SandboxHost Sandbox { get; }

    /// <summary>Its connection string.</summary>
    public string Database { get; }

    /// <summary>Creates the database and starts the sandbox; no silo yet.</summary>
    public static async Task<TestCluster> CreateAsync() => new(await SandboxHost.StartAsync(), await TestPostgres.CreateDatabaseAsync());

    /// <summary>Starts a silo, or an API-only process, inside this process.</summary>
    /// <param name="role">What it does.</param>
    /// <param name="clusterId">Which cluster it joins.</param>
    /// <param name="settings">Further settings.</param>
    /// <param name="configure">Last changes to its services.</param>
    public async Task<Node> StartNodeAsync(
        ClusterRole role = ClusterRole.SiloAndApi,
        string clusterId = "test",
        IReadOnlyDictionary<string, string>? settings = null,
        Action<WebApplicationBuilder>? configure = null)
    {
        var ports = FreePorts.Pick(2);
        var node = await Node.StartAsync(Arguments(role, clusterId, ports, settings), ports[0], configure);
        nodes.Add(node);
        return node;
    }

    /// <summary>Starts several at once, as a deployment does.</summary>
    public Task<Node[]> StartNodesAsync(int count, IReadOnlyDictionary<string, string>? settings = null) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartNodeAsync(settings: settings)));

    /// <summary>Starts a silo as a process of its own, to be killed.</summary>
    /// <returns>The process, and where other silos reach it.</returns>
    public async Task<(ManagedProcess Process, int SiloPort)> StartProcessAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var ports = FreePorts.Pick(2);
        var process = await ManagedProcess.StartServerAsync(
            "Silo", Arguments(ClusterRole.SiloAndApi, "test", ports, settings), PaymentsProcesses.Embedded, directory.FullName);
        processes.Add(process);
        return (process, ports[0]);
    }

    /// <summary>Creates a payment and waits until its card hold is in place. Orleans prefers to place it on the silo that is asked first.</summary>
    /// <param name="grains">A silo in this process.</param>
    /// <param name="askedFirst">The API of another process that is asked to create it first; null when it is that silo.</param>
    public static async Task<Guid> AuthorizeAsync(IGrainFactory grains, HttpClient? askedFirst = null)
    {
        var transaction = $"order-{Guid.NewGuid():N}";
        if (askedFirst is not null)
            Assert.Equal(202, (await askedFirst.CreateAsync(transaction, Amount, Card)).Status);
        return await UntilAuthorizedAsync(grains, transaction);
    }

    /// <summary>Waits until the card hold of a payment is in place; creates it unless somebody has.</summary>
    public static async Task<Guid> UntilAuthorizedAsync(IGrainFactory grains, string transaction)
    {
        var id = PaymentIds.ForTransaction(Merchant, transaction);
        var command = new CreatePayment(
            Merchant, transaction, Amount, "USD", AuthorizeOnly: true, Card, Consent: null, Description: null, StatementDescriptorSuffix: null, "cluster-test",
            ImmutableDictionary<string, string>.Empty, "cluster-test");

        // A repeated create waits its turn behind the one that is at the provider, and tells what became of it.
        const int triesMax = 200;
        for (var tries = 0; tries < triesMax; tries++)
        {
            if ((await grains.GetGrain<IPaymentGrain>(id).CreateAsync(command)).Payment is { Status: PaymentStatus.Authorized })
                return id;
        }

        throw new InvalidOperationException($"Payment {id} was not authorized.");
    }

    /// <summary>Creates several, some at a time, each through another of the silos.</summary>
    public static async Task<Guid[]> AuthorizeAsync(int count, params Node[] through)
    {
        var payments = new Guid[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            payments[i] = await AuthorizeAsync(through[i % through.Length].Grains));
        return payments;
    }

    /// <summary>A cancel as a grain call.</summary>
    public static Task<CancelPaymentResult> CancelAsync(IGrainFactory grains, Guid payment) => grains.GetGrain<IPaymentGrain>(payment)
        .CancelAsync(new CancelPayment(Merchant, CancellationReason.RequestedByCustomer, "Changed their mind", "cluster-test"));

    /// <summary>How often the provider's cancel was called so far, effective or not.</summary>
    public long CancelCalls => Sandbox.Calls.Snapshot().TryGetValue("payment_intent.cancel", out var count) ? count.Calls : 0;

    /// <summary>Waits until each payment is announced as cancelled, and asserts that it is stored so and, by the provider's ledger, was voided once.</summary>
    public async Task AssertVoidedOnceAsync(IReadOnlyCollection<Guid> payments)
    {
        foreach (var payment in payments)
        {
            var announced = await Sandbox.Ledger.WaitForWebhooksAsync($"{payment}", timeout: Patience, name: "PAYMENT_CANCELLED");
            Assert.True(announced.Count > 0, $"Payment {payment} was not announced within {Patience}.");
            Assert.Single(announced.Select(static webhook => webhook.WebhookId).Distinct());
            var intent = Assert.Single(Sandbox.Stripe.FindByMetadata("payment_id", $"{payment}"));
            Assert.Single(Sandbox.Ledger.Operations(intent.Id, "payment_intent.cancel"));
            Assert.Empty(Sandbox.Stripe.Refunds(intent.Id));
        }

        Assert.Equal(payments.Count, await CountStoredAsync(payments, "CANCELLED"));
    }

    /// <summary>The same, and that the payments' owners say so too.</summary>
    public async Task AssertVoidedOnceAsync(IGrainFactory grains, IReadOnlyCollection<Guid> payments)
    {
        await AssertVoidedOnceAsync(payments);
        foreach (var payment in payments)
            Assert.Equal(PaymentStatus.Cancelled, await StatusAsync(grains, payment));
    }

    /// <summary>A payment's state as its owner sees it.</summary>
    public static async Task<PaymentStatus?> StatusAsync(IGrainFactory grains, Guid payment) =>
        (await grains.GetGrain<IPaymentGrain>(payment).GetAsync(Merchant))?.Status;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
        foreach (var node in nodes)
            await node.DisposeAsync();
        await Sandbox.DisposeAsync();
        await TestPostgres.DropDatabaseAsync(Database);
        directory.Delete(recursive: true);
        Assert.Empty(nodes.SelectMany(static node => node.FatalErrors));
    }

    private async Task<long> CountStoredAsync(IReadOnlyCollection<Guid> payments, string status)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database) { Pooling = false });
        await using var command = source.CreateCommand("SELECT count(*) FROM grain_state WHERE grain_type = 'payment' AND grain_key = ANY($1) AND status = $2");
        command.Parameters.Add(new() { Value = payments.Select(static payment => $"{payment:N}").ToArray() });
        command.Parameters.Add(new() { Value = status });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private string[] Arguments(ClusterRole role, string clusterId, int[] ports, IReadOnlyDictionary<string, string>? settings)
    {
        var all = PaymentsProcesses.SiloArguments(Sandbox.BaseAddress, directory.FullName, Database, new Dictionary<string, string>(Waits)
        {
            ["environment"] = "Embedded",
            ["Payments:Auth:DevelopmentSigningKey"] = SigningKey,
            ["Payments:Cluster:Mode"] = "Cluster",
            ["Payments:Cluster:Role"] = $"{role}",
            ["Payments:Cluster:ClusterId"] = clusterId,
            ["Payments:Cluster:AdvertisedAddress"] = "127.0.0.1",
            ["Payments:Cluster:SiloPort"] = $"{ports[0]}",
            ["Payments:Cluster:GatewayPort"] = $"{ports[1]}",
        });
        return [.. all, .. (settings ?? new Dictionary<string, string>()).Select(static pair => $"--{pair.Key}={pair.Value}")];
    }
}
