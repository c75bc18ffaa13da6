using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Payments.Api.Authentication;
using Xunit;

namespace Payments.Api.Tests;

/// <summary>The API on a real Kestrel on the loopback interface, with fake grains behind it.</summary>
public class ApiServer : IAsyncLifetime
{
    public static readonly Guid Merchant = Guid.Parse("b955db5e-aef2-47de-bbb9-c80b9cc16e8f");
    public static readonly Guid OtherMerchant = Guid.Parse("0e5d1c1a-3f0b-4c52-9a55-2f7f3c1d9b10");
    public const string ApiKeyText = "payhub-development-key-1";
    public const string OtherApiKeyText = "payhub-development-key-2";
    public const string HashedApiKeyText = "kept-as-a-digest";
    public static readonly string HashedApiKeyDigest =
        "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(HashedApiKeyText)));
    public static readonly string SigningKey = Convert.ToBase64String(Encoding.ASCII.GetBytes("a development key of 32 bytes or more"));
    public const string StripeSecret = "whsec_0123456789abcdef0123";
    public const string NewStripeSecret = "whsec_fedcba98765432103210";
    public const string KlarnaSecret = "klarna-secret-0001";
    public static readonly DateTimeOffset Now = new(2026, 4, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, string?> _settings = new()
    {
        ["Payments:Api:PublicBaseUrl"] = "https://api-stg.uhg.com/api/financial/commerce/nonprodcheckout/",
        ["Payments:Auth:DevelopmentSigningKey"] = SigningKey,
        ["Payments:Merchants:0:Id"] = Merchant.ToString(),
        ["Payments:Merchants:0:Name"] = "First",
        ["Payments:Merchants:0:ApiKeys:0"] = ApiKeyText,
        ["Payments:Merchants:0:ApiKeys:1"] = HashedApiKeyDigest,
        ["Payments:Merchants:1:Id"] = OtherMerchant.ToString(),
        ["Payments:Merchants:1:Name"] = "Second",
        ["Payments:Merchants:1:ApiKeys:0"] = OtherApiKeyText,
        ["Payments:Stripe:WebhookSecrets:0"] = NewStripeSecret,
        ["Payments:Stripe:WebhookSecrets:1"] = StripeSecret,
        ["Payments:Klarna:WebhookKeys:0:Id"] = "key-1",
        ["Payments:Klarna:WebhookKeys:0:Secret"] = KlarnaSecret,
    };

    private WebApplication? _app;

    public ApiServer()
    {
    }

    private protected ApiServer(params (string Key, string? Value)[] settings)
    {
        foreach (var (key, value) in settings)
        {
            if (value is null)
                _settings.Remove(key);
            else
                _settings[key] = value;
        }
    }

    internal FakeGrains Grains { get; } = new();

    internal LogRecorder Logs { get; } = new();

    internal FixedClock Clock { get; } = new(Now);

    /// <summary>Every route that the API serves.</summary>
    public IEnumerable<RouteEndpoint> Routes => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public Uri Address { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.Logging.ClearProviders().AddProvider(Logs);
        builder.Services.AddSingleton(Grains.Factory);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddPaymentsApi(builder.Configuration).AddProviderEventReaders();
        _app = builder.Build();
        _app.UsePaymentsApi();
        _app.MapPaymentsApi();
        await _app.StartAsync();
        Address = new Uri(_app.Urls.Single());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8 }) { BaseAddress = Address };
    }

    public async Task DisposeAsync()
    {
        Http?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
    }

    public string Token(Guid? merchant = null, string? scope = null, TimeSpan? lifetime = null, string? key = null) => DevelopmentTokens.Create(
        key ?? SigningKey,
        merchant ?? Merchant,
        [scope ?? PaymentScopes.ForMerchant(ApiEnvironment.NonProduction)],
        lifetime ?? TimeSpan.FromHours(1),
        Clock);

    /// <summary>A v2 request with everything right; a test then changes one thing.</summary>
    public HttpRequestMessage V2(HttpMethod method, string path, string? body = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token());
        request.Headers.Add("X-Merchant-Id", Merchant.ToString());
        request.Headers.Add("X-Upstream-Env", "dev");
        if (body is not null)
            request.Content = Json(body);
        return request;
    }

    /// <summary>A Payhub request with everything right.</summary>
    public static HttpRequestMessage Payhub(HttpMethod method, string path, string? body = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Api-Key", ApiKeyText);
        if (body is not null)
            request.Content = Json(body);
        return request;
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
    }

    public static ByteArrayContent Json(string body) => Json(Encoding.UTF8.GetBytes(body));

    public static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Code, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public int Status => (int)Code;

    public void ShouldBe(int status, string body)
    {
        Assert.Equal(body, Body);
        Assert.Equal(status, Status);
        Assert.Equal("application/json; charset=utf-8", Headers["Content-Type"]);
        Assert.Equal(Encoding.UTF8.GetByteCount(body).ToString(System.Globalization.CultureInfo.InvariantCulture), Headers["Content-Length"]);
        Assert.Matches("^[0-9a-f]{32}$", Headers["X-Trace-Id"]);
    }
}
