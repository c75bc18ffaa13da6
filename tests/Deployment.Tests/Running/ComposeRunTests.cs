using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Payments.Testing;

namespace Payments.Deployment.Tests.Running;

/// <summary>The configuration in docker-compose.yml works, and not only names what there is.</summary>
public sealed class ComposeRunTests
{
    // Its names are spelt as they stand.
    private static readonly JsonSerializerOptions Payhub = JsonSerializerOptions.Default;
    private static readonly Guid Card = Guid.Parse("11111111-1111-4111-8111-111111111111");

    [PostgresFact]
    public async Task Three_silos_of_the_compose_file_form_a_cluster_that_cancels_on_both_contracts_and_stops_in_time()
    {
        await using var run = await ComposeRun.StartAsync();
        await run.CheckSignaturesAsync();

        // Created through one silo, cancelled through the next.
        var clients = await Task.WhenAll(run.Silos.Select(run.MerchantClientAsync));
        for (var i = 0; i < clients.Length; i++)
        {
            var payment = await CreateAsync(clients[i]);
            var cancel = await clients[(i + 1) % clients.Length].PatchAsJsonAsync(
                $"/v2/payments/{payment}/cancel", new { paymentCancellationReason = "REQUESTED_BY_CUSTOMER" });
            Assert.Equal(HttpStatusCode.Accepted, cancel.StatusCode);
            var webhook = await run.Sandbox.GetFromJsonAsync<JsonElement>($"/ledger/webhooks/wait?payment={payment}&timeoutSeconds=60");
            Assert.True(webhook.GetProperty("webhooks")[0].GetProperty("signatureValid").GetBoolean());
        }

        using var payhub = run.PayhubClient(run.Silos[^1]);
        var created = await payhub.PostAsJsonAsync("/api/payhub/v1/payment/request", new
        {
            Provider = "klarna", PaymentType = "DynamicQR", Amount = 100.00m, Currency = "EUR", Country = "GR", Locale = "el-GR",
        }, Payhub);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("PaymentRequestId").GetInt64();
        var canceled = await payhub.PatchAsJsonAsync($"/api/payhub/v1/payment/request/{id}", new { Status = "canceled" }, Payhub);
        Assert.Equal((HttpStatusCode.OK, "{}"), (canceled.StatusCode, await canceled.Content.ReadAsStringAsync()));

        foreach (var client in clients)
        {
            Assert.Contains("\"role\":\"SiloAndApi\"", await client.GetStringAsync(new Uri("/health", UriKind.Relative)),
                StringComparison.Ordinal);
            client.Dispose();
        }

        var began = TimeProvider.System.GetTimestamp();
        Assert.All(await Task.WhenAll(run.Silos.Select(static silo => silo.StopAsync())), static exitCode => Assert.Equal(0, exitCode));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, run.StopGracePeriod);
    }

    private static async Task<Guid> CreateAsync(HttpClient client)
    {
        var created = await client.PostAsJsonAsync("/v2/payments", new
        {
            merchantTransactionId = $"order-{Guid.NewGuid():N}",
            amount = 25_000,
            currencyCode = "USD",
            authorizeCard = true,
            partialAuthorization = true,
            paymentAllocations = new[] { new { amount = 25_000, paymentMethodId = Card } },
        });
        Assert.True(created.StatusCode == HttpStatusCode.Accepted, await created.Content.ReadAsStringAsync());
        return await Answers.IdAsync(created);
    }
}
