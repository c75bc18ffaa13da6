using System.Text;
using System.Text.Json;

namespace Payments.EndToEnd.Harness;

/// <summary>A merchant that calls the Payhub contract.</summary>
public sealed class PayhubClient(Deployment deployment, string apiKey)
{
    /// <summary>The contract's path.</summary>
    public const string Path = "/api/payhub/v1/payment/request";

    private const string SeedCancel = """{ "Status": "canceled" }""";

    private const string KlarnaBody =
        """{"Provider":"klarna","PaymentType":"DynamicQR","Amount":100.00,"Currency":"EUR","Country":"GR","Locale":"el-GR","Description":"till 3"}""";

    private const string InStoreBody =
        """{"Provider":"klarna","PaymentType":"StaticQR","ShortCode":"2005","Amount":100.00,"Currency":"EUR","Country":"GR","Description":"till 3"}""";

    private const string OtherBody = """{"Provider":"worldline","PaymentType":"Fixed","Amount":100.00}""";

    /// <summary>Creates a Klarna request.</summary>
    /// <returns>Its id, and the id of Klarna's object.</returns>
    public async Task<PaymentRequest> CreateAsync()
    {
        var answer = await SendAsync(HttpMethod.Post, Path, KlarnaBody);
        Assert.Equal(200, answer.Status);
        return Created(answer);
    }

    /// <summary>Creates a Klarna request that is an in-store session.</summary>
    /// <returns>Its id, and the session's.</returns>
    public async Task<PaymentRequest> CreateInStoreAsync()
    {
        var answer = await SendAsync(HttpMethod.Post, Path, InStoreBody);
        Assert.Equal(200, answer.Status);
        return Created(answer);
    }

    /// <summary>Creates a request of another provider.</summary>
    /// <returns>Its id.</returns>
    public async Task<long> CreateAtAsync(string provider)
    {
        var answer = await SendAsync(HttpMethod.Post, Path, OtherBody.Replace("worldline", provider, StringComparison.Ordinal));
        Assert.Equal(200, answer.Status);
        using var body = JsonDocument.Parse(answer.Body);
        return body.RootElement.GetProperty("PaymentRequestId").GetInt64();
    }

    /// <summary>A refund of what a request's customer paid.</summary>
    public Task<Answer> RefundAsync(long paymentId, decimal amount, string? key = null) => SendAsync(
        HttpMethod.Post, RefundPath(paymentId), $$"""{"Amount":{{amount.ToString(System.Globalization.CultureInfo.InvariantCulture)}},"Reason":"Customer requested refund"}""", key);

    /// <summary>The path of a payment's refunds.</summary>
    public static string RefundPath(long paymentId) => $"/api/payhub/v1/payment/{paymentId}/refund";

    /// <summary>What the answer to a create of a Klarna request names.</summary>
    public static PaymentRequest Created(Answer answer)
    {
        using var body = JsonDocument.Parse(answer.Body);
        return Created(body.RootElement);
    }

    /// <inheritdoc cref="Created(Answer)"/>
    public static PaymentRequest Created(JsonElement body)
    {
        var link = body.GetProperty("Paylink").GetString()!;
        var end = link[(link.LastIndexOf('/') + 1)..];
        var klarnaId = link.Contains("/s/", StringComparison.Ordinal) ? end : $"krn:payment:eu1:request:{end}";
        return new PaymentRequest(body.GetProperty("PaymentRequestId").GetInt64(), klarnaId);
    }

    /// <inheritdoc cref="CreateAtAsync"/>
    public Task<long> CreateAtWorldlineAsync() => CreateAtAsync("worldline");

    /// <summary>Sends the body of <see cref="CreateAsync"/>, whatever the answer is.</summary>
    public Task<Answer> SendCreateAsync(string? key = null) => SendAsync(HttpMethod.Post, Path, KlarnaBody, key);

    /// <summary>The seed's cancel.</summary>
    public Task<Answer> CancelAsync(long id, string? key = null) => SendAsync(HttpMethod.Patch, $"{Path}/{id}", SeedCancel, key);

    /// <summary>The state that a GET shows.</summary>
    public async Task<string?> StatusAsync(long id)
    {
        var answer = await SendAsync(HttpMethod.Get, $"{Path}/{id}");
        Assert.Equal(200, answer.Status);
        using var body = JsonDocument.Parse(answer.Body);
        return body.RootElement.GetProperty("Status").GetString();
    }

    /// <summary>Any request with this merchant's key.</summary>
    public Task<Answer> SendAsync(HttpMethod verb, string path, string? json = null, string? key = null)
    {
        var request = new HttpRequestMessage(verb, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        request.Headers.Add("X-Api-Key", apiKey);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return Answer.OfAsync(deployment.Api, request);
    }
}

/// <summary>A payment request that a test has created.</summary>
/// <param name="Id">Payhub's id.</param>
/// <param name="KlarnaId">Klarna's id.</param>
public sealed record PaymentRequest(long Id, string KlarnaId);
