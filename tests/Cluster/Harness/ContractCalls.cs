using System.Net.Http.Json;
using System.Text;

namespace Payments.Cluster.Harness;

/// <summary>The v2 contract over HTTP.</summary>
public static class ContractCalls
{
    private const string SeedCancel =
        """{"paymentCancellationReason":"REQUESTED_BY_CUSTOMER","paymentCancellationMessage":"Customer changed their mind before shipment"}""";

    /// <summary><c>POST /v2/payments</c>.</summary>
    /// <returns>The HTTP status and the body.</returns>
    public static async Task<(int Status, string Body)> CreateAsync(this HttpClient http, string transaction, int amount, Guid method)
    {
        var body = new
        {
            merchantTransactionId = transaction,
            amount,
            currencyCode = "USD",
            authorizeCard = true,
            paymentAllocations = new[] { new { amount, paymentMethodId = method } },
        };
        using var response = await http.PostAsJsonAsync(new Uri("/v2/payments", UriKind.Relative), body);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary><c>PATCH /v2/payments/{id}/cancel</c>.</summary>
    /// <returns>The HTTP status and the body.</returns>
    public static async Task<(int Status, string Body)> CancelAsync(this HttpClient http, Guid payment)
    {
        using var content = new StringContent(SeedCancel, Encoding.UTF8, "application/json");
        using var response = await http.PatchAsync(new Uri($"/v2/payments/{payment}/cancel", UriKind.Relative), content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Any GET.</summary>
    /// <returns>The HTTP status and the body.</returns>
    public static async Task<(int Status, string Body)> ReadAsync(this HttpClient http, string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
