using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Payments.Sandbox;
using Payments.Storage.Rows;
using Payments.Storage.Sqlite;
using Payments.Telemetry.Tests.Otlp;

namespace Payments.Telemetry.Tests.Harness;

/// <summary>The scenario, shared by all tests that look at its measurements.</summary>
[CollectionDefinition(Name)]
public sealed class MeasuredRun : ICollectionFixture<MetricsScenario>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "metrics";
}

/// <summary>One run of the host in which everything happens once that is counted: cancels with every outcome, lost answers, refusals, endpoints that
/// fail, a row that somebody else writes, commits that fail.</summary>
public sealed class MetricsScenario : IAsyncLifetime
{
    private const string EventSecret = "whsec_0123456789abcdef";

    private readonly ShiftedTime time = new();
    private OtlpReceiver receiver = null!;
    private ObservedHost host = null!;

    /// <summary>While a provider did not answer, a debit waited for its settlement and an endpoint was left alone.</summary>
    public IReadOnlyList<Point> During { get; private set; } = [];

    /// <summary>When all was over.</summary>
    public IReadOnlyList<Point> After { get; private set; } = [];

    /// <summary>Everything that was ever exported.</summary>
    public IReadOnlyList<Point> All => receiver.Points;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        receiver = OtlpReceiver.Start();
        host = await ObservedHost.StartAsync(
            receiver,
            settings: new Dictionary<string, string>
            {
                ["Payments:Webhooks:BreakerFailures"] = "2",
                ["Payments:Stripe:WebhookSecrets:0"] = EventSecret,
            },
            configure: builder => builder.Services
                .AddSingleton<TimeProvider>(time)
                .AddSingleton<FaultyStore>(static services => new FaultyStore(services.GetRequiredService<SqliteStateStore>()))
                .AddSingleton<IStateStore>(static services => services.GetRequiredService<FaultyStore>()));
        await CancelAtStripeAsync();
        await CancelAtKlarnaAsync();
        await ReceiveEventAsync();
        await WriteInConflictAsync();
        await FailToWriteAsync();
        await LeaveWaitingAsync();
        await FailToDeliverAsync();
        During = Export();
        await RecoverAsync();
        After = Export();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await receiver.DisposeAsync();
    }

    private async Task CancelAtStripeAsync()
    {
        var payment = await host.AuthorizeAsync();
        await AssertCancelAsync(202, payment);
        await host.Sandbox.Ledger.WaitForWebhooksAsync($"{payment}", timeout: OtlpReceiver.Patience);
        await AssertCancelAsync(422, payment);
        await AssertCancelAsync(404, Guid.NewGuid());

        var refused = await host.AuthorizeAsync();
        Fault(FaultKind.Refuse, refused);
        await AssertCancelAsync(422, refused);

        var lost = await host.AuthorizeAsync();
        Fault(FaultKind.DropAfter, lost);
        await AssertCancelAsync(202, lost);
        await host.Sandbox.Ledger.WaitForWebhooksAsync($"{lost}", timeout: OtlpReceiver.Patience);

        // Not sent at first, and refused when it is: the caller was promised a cancel that fails.
        var failed = await host.AuthorizeAsync();
        Fault(FaultKind.DropBefore, failed);
        Fault(FaultKind.Refuse, failed);
        await AssertCancelAsync(202, failed);
        await receiver.UntilAsync("a wake whose cancel was refused", static all => all.Spans.FirstOrDefault(span =>
            span is { Name: "IDueGrain/WakeAsync", Kind: SpanKind.Client }
            && all.Spans.Any(call => call.TraceId == span.TraceId && call.Name == "stripe cancel" && call["payments.outcome"] == "refused")));
    }

    private async Task CancelAtKlarnaAsync()
    {
        var request = await host.RequestPaymentAsync();
        Assert.Equal(200, await host.CancelRequestAsync(request));
        Assert.Equal(409, await host.CancelRequestAsync(request));
        Assert.Equal(404, await host.CancelRequestAsync("4711", key: "a-key-of-its-own"));
    }

    /// <summary>An event about a payment, as Stripe signs it.</summary>
    private async Task ReceiveEventAsync()
    {
        var payment = await host.AuthorizeAsync();
        var intent = Assert.Single(host.Sandbox.Stripe.FindByMetadata("payment_id", $"{payment}")).Id;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var body = JsonSerializer.Serialize(new
        {
            id = "evt_1",
            @object = "event",
            created = now,
            type = "payment_intent.amount_capturable_updated",
            data = new { @object = new { id = intent, @object = "payment_intent", status = "requires_capture", metadata = new { payment_id = $"{payment}" } } },
        });
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(EventSecret), Encoding.UTF8.GetBytes($"{now}.{body}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/provider-events/stripe");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("Stripe-Signature", $"t={now},v1={Convert.ToHexStringLower(mac)}");
        using var response = await host.Http.SendAsync(request);
        Assert.Equal("""{"outcome":"APPLIED"}""", await response.Content.ReadAsStringAsync());
    }

    /// <summary>As if a second activation had written.</summary>
    private async Task WriteInConflictAsync()
    {
        var payment = await host.AuthorizeAsync();
        await using (var connection = await OpenDatabaseAsync())
        {
            await using var write = new SqliteCommand("UPDATE grain_state SET version = version + 1 WHERE grain_key = $key", connection);
            write.Parameters.AddWithValue("$key", $"{payment:N}");
            Assert.Equal(1, await write.ExecuteNonQueryAsync());
        }

        await AssertCancelAsync(202, payment);
        await host.Sandbox.Ledger.WaitForWebhooksAsync($"{payment}", timeout: OtlpReceiver.Patience);
    }

    private async Task FailToWriteAsync()
    {
        var payment = await host.AuthorizeAsync();
        var store = host.Services.GetRequiredService<FaultyStore>();
        store.FailNext(StoreFailure.Fatal);
        Assert.InRange((await host.CancelAsync(payment)).Status, 500, 599);
        store.FailNext(StoreFailure.Transient);
        await AssertCancelAsync(202, payment);
        await host.Sandbox.Ledger.WaitForWebhooksAsync($"{payment}", timeout: OtlpReceiver.Patience);
    }

    private async Task LeaveWaitingAsync()
    {
        var debit = await host.AuthorizeAsync(bankDebit: true);
        host.Sandbox.Stripe.CloseCancelWindow(Assert.Single(host.Sandbox.Stripe.FindByMetadata("payment_id", $"{debit}")).Id);
        await AssertCancelAsync(202, debit);

        var silent = await host.AuthorizeAsync();
        host.Sandbox.Faults.Add(new FaultRule("payment_intent.cancel", FaultKind.RateLimit, Count: -1, Match: $"{silent}"));
        await AssertCancelAsync(202, silent);
    }

    private async Task FailToDeliverAsync()
    {
        host.Sandbox.Faults.Add(new FaultRule("webhook:*", FaultKind.Status, Count: 2, StatusCode: 500));
        for (var i = 0; i < 2; i++)
            await CancelAndWaitForAttemptAsync("failed");
        await CancelAndWaitForAttemptAsync("postponed");
    }

    private async Task RecoverAsync()
    {
        host.Sandbox.Faults.Clear();

        // The two that failed, the one that was postponed, and that of the cancel that was rate-limited. Whatever comes while the first one probes
        // the endpoint is postponed once more.
        var delivered = CountAttempts("delivered") + 4;
        while (CountAttempts("delivered") < delivered)
        {
            var attempts = CountAttempts();
            time.Skip(TimeSpan.FromMinutes(1));
            await receiver.UntilAsync("another attempt", all => CountAttempts() > attempts ? all : null);
        }

        host.Sandbox.Faults.Add(new FaultRule("webhook:*", FaultKind.Status, StatusCode: 410));
        await CancelAndWaitForAttemptAsync("failed");
        await CancelAndWaitForAttemptAsync("given_up");
    }

    private int CountAttempts(string? outcome = null) =>
        receiver.Spans.Count(span => span.Name == "webhook.attempt" && (outcome is null || span["payments.outcome"] == outcome));

    /// <summary>Cancels a payment; the attempt's span ends when its result is stored.</summary>
    private async Task CancelAndWaitForAttemptAsync(string outcome)
    {
        var payment = await host.AuthorizeAsync();
        var (status, traceId) = await host.CancelAsync(payment);
        Assert.Equal(202, status);
        var trace = await receiver.TraceAsync(traceId, "an attempt", static trace => trace.Named("webhook.attempt").Count > 0);
        Assert.Equal(outcome, trace.One("webhook.attempt")["payments.outcome"]);
    }

    private async Task AssertCancelAsync(int status, Guid payment) => Assert.Equal(status, (await host.CancelAsync(payment)).Status);

    private void Fault(FaultKind kind, Guid payment) => host.Sandbox.Faults.Add(new FaultRule(
        "payment_intent.cancel", kind, Match: $"{payment}", Code: kind == FaultKind.Refuse ? "payment_intent_unexpected_state" : null));

    private List<Point> Export()
    {
        var before = receiver.Points.Count;
        host.ExportMetrics();
        return [.. receiver.Points.Skip(before)];
    }

    private async Task<SqliteConnection> OpenDatabaseAsync()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = host.DatabasePath, Pooling = false }.ToString());
        await connection.OpenAsync();
        return connection;
    }
}
