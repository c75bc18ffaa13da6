using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Payments.Api;
using Payments.Api.Authentication;
using Payments.Sandbox;
using Payments.Silo;
using Payments.Telemetry.Tests.Otlp;
using Payments.Testing.Processes;

namespace Payments.Telemetry.Tests.Harness;

/// <summary>The real host and the sandbox in this process. What the host is told about telemetry, it is told by the standard variables.</summary>
public sealed class ObservedHost : IAsyncDisposable
{
    /// <summary>Text that a merchant writes about its customer; it must not be found in any telemetry.</summary>
    public const string CustomerText = "Changed her mind, card ending 4242";

    /// <summary>A merchant's webhook secret, of the embedded profile.</summary>
    public const string WebhookSecret = "whsec_ZGVtby1tZXJjaGFudC1vbmUtc2VjcmV0LTAwMQ==";

    /// <summary>What the host calls Stripe with, of the embedded profile.</summary>
    public const string StripeKey = "sk_test_sandbox";

    /// <summary>The key that tokens are signed with.</summary>
    public static readonly string SigningKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private const string Card = "11111111-1111-4111-8111-111111111111";
    private const string BankAccount = "22222222-2222-4222-8222-222222222222";

    // Short waits between tries, so that what takes minutes in production takes seconds here; exports at once.
    internal static readonly IReadOnlyDictionary<string, string> Waits = new Dictionary<string, string>()
    {
        ["environment"] = "Embedded",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "20",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "20",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "3600000",
        ["Payments:Policy:OperationRetry:Initial"] = "00:00:00.1",
        ["Payments:Policy:OperationRetry:Max"] = "00:00:00.5",
        ["Payments:Policy:CreateAttemptsMax"] = "1000",
        ["Payments:Retry:ScanInterval"] = "00:00:00.1",
        ["Payments:Retry:Shards"] = "2",
        ["Logging:LogLevel:Default"] = "None",
        ["Logging:LogLevel:Microsoft"] = "None",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "None",
        ["Logging:LogLevel:Orleans"] = "None",
    };

    private readonly Func<Task<WebApplication>> start;
    private readonly DirectoryInfo directory;
    private WebApplication app;

    private ObservedHost(SandboxHost sandbox, WebApplication app, Func<Task<WebApplication>> start, DirectoryInfo directory)
    {
        this.app = app;
        this.start = start;
        this.directory = directory;
        Sandbox = sandbox;
        Http = CreateClient(new Uri(app.Urls.First()));
    }

    /// <summary>Providers and merchants.</summary>
    public SandboxHost Sandbox { get; }

    /// <summary>HTTP to the host, with the first merchant's token.</summary>
    public HttpClient Http { get; private set; }

    /// <summary>The bearer token that <see cref="Http"/> sends.</summary>
    public string Token => Http.DefaultRequestHeaders.Authorization!.Parameter!;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>The SQLite file, unless on PostgreSQL.</summary>
    public string DatabasePath => Path.Combine(directory.FullName, "payments.db");

    /// <summary>Starts both.</summary>
    /// <param name="receiver">Where everything is exported to, or null.</param>
    /// <param name="postgres">A connection string, or null for SQLite.</param>
    /// <param name="settings">Further settings and variables.</param>
    /// <param name="configure">Last changes to the services.</param>
    public static async Task<ObservedHost> StartAsync(
        OtlpReceiver? receiver,
        string? postgres = null,
        IReadOnlyDictionary<string, string>? settings = null,
        Action<WebApplicationBuilder>? configure = null)
    {
        var sandbox = await SandboxHost.StartAsync();
        var directory = Directory.CreateTempSubdirectory("payments-telemetry-");
        var all = new Dictionary<string, string>(Waits)
        {
            ["Payments:Auth:DevelopmentSigningKey"] = SigningKey,

            // Else the announcement of the hold may still be on its way, and that of the cancel would wait behind it.
            ["Payments:Merchants:0:Webhook:Events:0"] = "PAYMENT_CANCELLED",

            // What is logged goes to the receiver or to the test, not to the screen.
            ["Logging:Console:LogLevel:Default"] = "None",
        };
        if (receiver is not null)
        {
            all["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address;
            all["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        }

        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            all[key] = value;
        string[] arguments = [.. PaymentsProcesses.SiloArguments(sandbox.BaseAddress, directory.FullName, postgres, all)];
        return new ObservedHost(sandbox, await BuildAndStartAsync(), BuildAndStartAsync, directory);

        async Task<WebApplication> BuildAndStartAsync()
        {
            var app = PaymentsHost.Build(arguments, configure);
            await app.StartAsync();
            return app;
        }
    }

    /// <summary>Ends the host and starts another one on the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        app = await start();
        Http = CreateClient(new Uri(app.Urls.First()));
    }

    /// <summary>A client with a merchant's token that takes no part in tracing.</summary>
    public static HttpClient CreateClient(Uri address)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null };
        var client = new HttpClient(handler) { BaseAddress = address, Timeout = OtlpReceiver.Patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", DevelopmentTokens.Create(
            SigningKey, PaymentsProcesses.Merchant, [PaymentScopes.ForMerchant(ApiEnvironment.NonProduction)], TimeSpan.FromHours(1), TimeProvider.System));
        client.DefaultRequestHeaders.Add("X-Merchant-Id", $"{PaymentsProcesses.Merchant}");
        client.DefaultRequestHeaders.Add("X-Upstream-Env", "dev");
        client.DefaultRequestHeaders.Add("X-Api-Key", "payhub-demo-key-1");
        return client;
    }

    /// <summary>Creates a payment and waits until the provider has it.</summary>
    /// <param name="bankDebit">An ACH debit instead of a card hold.</param>
    public Task<Guid> AuthorizeAsync(bool bankDebit = false) => AuthorizeAsync(Http, bankDebit);

    /// <summary>The same, through any program's API.</summary>
    public static async Task<Guid> AuthorizeAsync(HttpClient http, bool bankDebit = false)
    {
        var transaction = $"order-{Guid.NewGuid():N}";
        var body = new Dictionary<string, object>
        {
            ["merchantTransactionId"] = transaction,
            ["amount"] = 25_000,
            ["currencyCode"] = "USD",
            ["authorizeCard"] = !bankDebit,
            ["paymentAllocations"] = new[] { new { amount = 25_000, paymentMethodId = bankDebit ? BankAccount : Card } },
        };
        if (bankDebit)
            body["consent"] = new { type = "ONLINE", timestamp = "2026-04-04T12:00:00Z", ipAddress = "192.0.2.1", userAgent = "test" };

        // A repeated create takes its turn behind the call to the provider, and answers with what became of it.
        const int triesMax = 100;
        var (expected, answer) = (bankDebit ? "\"ACCEPTED\"" : "\"AUTHORIZED\"", "");
        for (var tries = 0; tries < triesMax; tries++)
        {
            using var response = await http.PostAsJsonAsync(new Uri("/v2/payments", UriKind.Relative), body);
            answer = await response.Content.ReadAsStringAsync();
            if (answer.Contains(expected, StringComparison.Ordinal))
                return PaymentIds.ForTransaction(PaymentsProcesses.Merchant, transaction);
        }

        throw new InvalidOperationException($"The payment is not {expected}: {answer}");
    }

    /// <summary>Cancels a payment.</summary>
    /// <returns>The HTTP status and the header <c>X-Trace-Id</c>.</returns>
    public Task<(int Status, string TraceId)> CancelAsync(Guid payment) => CancelAsync(Http, payment);

    /// <summary>The same, through any program's API.</summary>
    public static async Task<(int Status, string TraceId)> CancelAsync(HttpClient http, Guid payment)
    {
        using var content = new StringContent(
            $$"""{"paymentCancellationReason":"REQUESTED_BY_CUSTOMER","paymentCancellationMessage":"{{CustomerText}}"}""", Encoding.UTF8, "application/json");
        using var response = await http.PatchAsync(new Uri($"/v2/payments/{payment}/cancel", UriKind.Relative), content);
        return ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("X-Trace-Id")));
    }

    /// <summary>Creates a Payhub payment request at Klarna.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> RequestPaymentAsync()
    {
        var (status, body) = await SendAsync(
            HttpMethod.Post,
            "/api/payhub/v1/payment/request",
            """{"Provider":"klarna","PaymentType":"DynamicQR","Amount":100.00,"Currency":"EUR","Country":"GR","Locale":"el-GR","Description":"till 3"}""");
        Assert.Equal(200, status);
        using var json = System.Text.Json.JsonDocument.Parse(body);
        return json.RootElement.GetProperty("PaymentRequestId").GetRawText();
    }

    /// <summary>Cancels a Payhub payment request.</summary>
    /// <returns>The HTTP status.</returns>
    public async Task<int> CancelRequestAsync(string id, string? key = null) =>
        (await SendAsync(HttpMethod.Patch, $"/api/payhub/v1/payment/request/{id}", """{"Status":"canceled"}""", key)).Status;

    /// <summary>Any request with a JSON body.</summary>
    public async Task<(int Status, string Body)> SendAsync(HttpMethod verb, string path, string? json = null, string? key = null)
    {
        using var request = new HttpRequestMessage(verb, path);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Collects and exports all metrics now.</summary>
    public void ExportMetrics() => Assert.True(Services.GetRequiredService<MeterProvider>().ForceFlush());

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Sandbox.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private async Task StopAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
