using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Payments.Deployment.Tests.Files;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Deployment.Tests.Running;

/// <summary>The database comes back as it was some time ago; the providers have moved on.</summary>
public sealed class RestoreTests : IAsyncLifetime
{
    private static readonly Guid Card = Guid.Parse("11111111-1111-4111-8111-111111111111");

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-restore-");
    private ManagedProcess sandbox = null!;
    private ManagedProcess silo = null!;
    private HttpClient provider = null!;
    private string live = "";
    private string backup = "";

    public async Task InitializeAsync()
    {
        if (!TestPostgres.Available)
            return;

        live = await TestPostgres.CreateDatabaseAsync();
        sandbox = await PaymentsProcesses.StartSandboxAsync();
        provider = Client(sandbox.BaseAddress);
        await StartAsync(live);
    }

    public async Task DisposeAsync()
    {
        if (TestPostgres.Available)
        {
            await silo.DisposeAsync();
            await sandbox.DisposeAsync();
            provider.Dispose();
            foreach (var database in (string[])[live, backup])
                await TestPostgres.DropDatabaseAsync(database);
        }

        directory.Delete(recursive: true);
    }

    [PostgresFact]
    public async Task A_cancel_that_the_backup_does_not_know_can_be_made_again_and_voids_nothing_again()
    {
        using var before = await MerchantAsync();
        var payment = await CreateAsync(before, "order-1");
        await BackUpAsync();
        using var after = await MerchantAsync();
        Assert.Equal(HttpStatusCode.Accepted, await CancelAsync(after, payment));
        await AnnouncedAsync(payment, 1);

        await RestoreAsync();
        using var restored = await MerchantAsync();
        Assert.Equal("AUTHORIZED", await StatusAsync(restored, payment));
        Assert.Equal(HttpStatusCode.Accepted, await CancelAsync(restored, payment));
        await AnnouncedAsync(payment, 2);
        Assert.Equal("CANCELLED", await StatusAsync(restored, payment));
        Assert.Equal(1, await OperationsAsync("payment_intent.cancel"));
    }

    [PostgresFact]
    public async Task A_create_that_the_backup_does_not_know_can_be_repeated_while_its_key_lives_and_charges_nothing_again()
    {
        await BackUpAsync();
        using var before = await MerchantAsync();
        var payment = await CreateAsync(before, "order-2");

        await RestoreAsync();
        using var restored = await MerchantAsync();
        using var gone = await restored.GetAsync(new Uri($"/v2/payments/{payment}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(payment, await CreateAsync(restored, "order-2"));
        Assert.Equal("AUTHORIZED", await StatusAsync(restored, payment));
        Assert.Equal(1, await OperationsAsync("payment_intent.create"));
    }

    [PostgresFact]
    public async Task Numbers_of_payment_requests_are_not_given_out_again_after_the_script()
    {
        using var payhub = Payhub();
        var first = await RequestAsync(payhub);
        await BackUpAsync();
        var lost = new List<long>();
        using var between = Payhub();
        for (var i = 0; i < 40; i++)
            lost.Add(await RequestAsync(between));

        await RestoreAsync(new DeploymentFiles().Read("deploy/after-restore.sql"));
        using var restored = Payhub();
        Assert.DoesNotContain(await RequestAsync(restored), (long[])[first, .. lost]);
    }

    private static HttpClient Client(Uri address) => new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };

    /// <summary>Creates a payment and returns when its hold is in place: a repeated create waits behind the one that is at the
    /// provider.</summary>
    private static async Task<Guid> CreateAsync(HttpClient client, string transaction)
    {
        const int triesMax = 50;
        for (var tries = 0; tries < triesMax; tries++)
        {
            using var created = await client.PostAsJsonAsync("/v2/payments", new
            {
                merchantTransactionId = transaction,
                amount = 25_000,
                currencyCode = "USD",
                authorizeCard = true,
                partialAuthorization = true,
                paymentAllocations = new[] { new { amount = 25_000, paymentMethodId = Card } },
            });
            Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
            if (await Answers.FindAsync(created, "status") == "AUTHORIZED")
                return await Answers.IdAsync(created);
        }

        throw new InvalidOperationException($"{transaction} was not authorized.");
    }

    private static async Task<HttpStatusCode> CancelAsync(HttpClient client, Guid payment)
    {
        using var answer = await client.PatchAsJsonAsync(
            $"/v2/payments/{payment}/cancel", new { paymentCancellationReason = "REQUESTED_BY_CUSTOMER" });
        return answer.StatusCode;
    }

    private static async Task<string?> StatusAsync(HttpClient client, Guid payment) =>
        await Answers.FindAsync(await client.GetAsync(new Uri($"/v2/payments/{payment}", UriKind.Relative)), "status");

    private static async Task<long> RequestAsync(HttpClient payhub)
    {
        using var created = await payhub.PostAsJsonAsync("/api/payhub/v1/payment/request", new
        {
            Provider = "klarna", PaymentType = "DynamicQR", Amount = 100.00m, Currency = "EUR", Country = "GR", Locale = "el-GR",
        }, JsonSerializerOptions.Default);
        return (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("PaymentRequestId").GetInt64();
    }

    private HttpClient Payhub()
    {
        var client = Client(silo.BaseAddress);
        client.DefaultRequestHeaders.Add("X-Api-Key", "payhub-demo-key-1");
        return client;
    }

    private async Task<HttpClient> MerchantAsync()
    {
        var client = Client(silo.BaseAddress);
        client.DefaultRequestHeaders.Authorization = new(
            "Bearer", await PaymentsProcesses.CreateTokenAsync(sandbox.BaseAddress, directory.FullName, PaymentsProcesses.Merchant));
        client.DefaultRequestHeaders.Add("X-Merchant-Id", $"{PaymentsProcesses.Merchant}");
        client.DefaultRequestHeaders.Add("X-Upstream-Env", "dev");
        client.DefaultRequestHeaders.Add("X-Source", "merchant-portal");
        return client;
    }

    private async Task<long> OperationsAsync(string operation) =>
        (await provider.GetFromJsonAsync<JsonElement>($"/ledger/operations?operation={operation}")).GetProperty("count").GetInt64();

    /// <summary>Waits for so many deliveries of the cancellation, all under one id, among those of everything else.</summary>
    private async Task AnnouncedAsync(Guid payment, int times)
    {
        for (var count = times; ; count++)
        {
            var page = await provider.GetFromJsonAsync<JsonElement>(
                $"/ledger/webhooks/wait?payment={payment}&count={count}&timeoutSeconds=60");
            Assert.True(page.GetProperty("count").GetInt32() >= count,
                $"Payment {payment} was not announced as cancelled {times} times: {page}");
            var cancellations = page.GetProperty("webhooks").EnumerateArray()
                .Where(static webhook => webhook.GetProperty("name").GetString() == "PAYMENT_CANCELLED")
                .Select(static webhook => webhook.GetProperty("webhookId").GetString()).ToArray();
            if (cancellations.Length < times)
                continue;
            Assert.Single(cancellations.Distinct());
            return;
        }
    }

    private async Task StartAsync(string database) =>
        silo = await PaymentsProcesses.StartSiloAsync(sandbox.BaseAddress, directory.FullName, database);

    /// <summary>A consistent copy, as a base backup is.</summary>
    private async Task BackUpAsync()
    {
        await silo.StopAsync();
        backup = new NpgsqlConnectionStringBuilder(live) { Database = $"payments_{Guid.NewGuid():N}" }.ConnectionString;
        var (copy, original) = (new NpgsqlConnectionStringBuilder(backup).Database, new NpgsqlConnectionStringBuilder(live).Database);
        await TestPostgres.ExecuteAsync(await TestPostgres.GetServerAsync(), $"CREATE DATABASE {copy} TEMPLATE {original}");
        await StartAsync(live);
    }

    private async Task RestoreAsync(string? script = null)
    {
        await silo.StopAsync();
        if (script is not null)
            Assert.Equal(1, await TestPostgres.ExecuteAsync(backup, script));
        await StartAsync(backup);
    }
}
