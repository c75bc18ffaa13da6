using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Payments.Providers;

/// <summary>The connections to Klarna, which its products share.</summary>
internal sealed class KlarnaHttp : IDisposable
{
    private const int AnswerBytesMax = 1024 * 1024;
    private readonly HttpClient _http;

    public KlarnaHttp(IOptions<KlarnaOptions> options)
    {
        Options = options.Value;
        var handler = OutboundHttp.CreateHandler(Options.MaxConnections, Options.ConnectionLifetime, Options.SendTraceContext);
        _http = OutboundHttp.CreateClient(handler, AnswerBytesMax);

        // The key as it is: unlike ordinary Basic authentication it is no base64 of a user and a password.
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Options.ApiKey);
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    /// <summary>How Klarna is reached.</summary>
    public KlarnaOptions Options { get; }

    /// <summary>Sends a body under an idempotency key.</summary>
    public async Task<KlarnaAnswer> PostAsync<T>(string url, T body, JsonTypeInfo<T> type, Guid key, CancellationToken token)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type)) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.Add("Klarna-Idempotency-Key", key.ToString("D", CultureInfo.InvariantCulture));
        return await SendAsync(message, token);
    }

    /// <summary>Reads.</summary>
    public async Task<KlarnaAnswer> GetAsync(string url, CancellationToken token)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, url);
        return await SendAsync(message, token);
    }

    /// <summary>Deletes.</summary>
    public async Task<KlarnaAnswer> DeleteAsync(string url, CancellationToken token)
    {
        // The empty content is not for Klarna: a request without one is sent again by SocketsHttpHandler when the connection ends
        // without an answer. A cancel is ours to repeat, after a read.
        using var message = new HttpRequestMessage(HttpMethod.Delete, url) { Content = new ByteArrayContent([]) };
        return await SendAsync(message, token);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<KlarnaAnswer> SendAsync(HttpRequestMessage message, CancellationToken token)
    {
        using var response = await _http.SendAsync(message, token);
        var body = await response.Content.ReadAsByteArrayAsync(token);
        return new KlarnaAnswer((int)response.StatusCode, response.Headers, body);
    }
}

/// <summary>An answer of Klarna's, or of something in between.</summary>
internal readonly record struct KlarnaAnswer(int Status, HttpResponseHeaders Headers, byte[] Body)
{
    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and <= 299;
}
