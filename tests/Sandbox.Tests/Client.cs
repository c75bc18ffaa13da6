using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Payments.Sandbox.Tests;

/// <summary>One answer, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonElement Body, HttpResponseHeaders Headers)
{
    public JsonElement Error => Body.GetProperty("error");

    public string Text(string name) => Body.GetProperty(name).GetString()!;

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;
}

/// <summary>A plain HTTP client of the sandbox, one TCP connection per request so that a reset is seen by the request it was meant for.</summary>
internal sealed class Client(Uri address, string stripeKey = "sk_test_tests") : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, AllowAutoRedirect = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(30),
    };

    public HttpClient Http => _http;

    public Task<Answer> PostAsync(string path, string form = "", string? key = null) =>
        SendAsync(Stripe(HttpMethod.Post, path, key, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded")));

    public Task<Answer> GetAsync(string path) => SendAsync(Stripe(HttpMethod.Get, path, null, null));

    public Task<Answer> KlarnaAsync(HttpMethod method, string path, string? json = null, string? key = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Basic klarna_test_api_tests");
        if (key is not null)
            request.Headers.Add("Klarna-Idempotency-Key", key);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return SendAsync(request);
    }

    public Task<Answer> JsonAsync(HttpMethod method, string path, string? json = null) => SendAsync(new HttpRequestMessage(method, path)
    {
        Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"),
    });

    /// <summary>An intent in the state that its payment method leads to.</summary>
    public async Task<string> CreateAsync(string method = "pm_card_visa", string more = "&capture_method=manual", string? key = null)
    {
        var made = await PostAsync("v1/payment_intents", $"amount=5000&currency=usd&confirm=true&payment_method={method}{more}", key);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        return made.Text("id");
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await _http.SendAsync(request))
        {
            var text = await response.Content.ReadAsStringAsync();
            return new Answer(response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text), response.Headers);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Stripe(HttpMethod method, string path, string? key, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", stripeKey);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return request;
    }
}
