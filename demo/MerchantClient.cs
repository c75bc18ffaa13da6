using System.Text;

namespace Payments.Demo;

/// <summary>A merchant's HTTP client of one contract. Every request and answer is shown, unless it is asked to be quiet.</summary>
/// <param name="http">Has the contract's base address and the merchant's headers.</param>
/// <param name="transcript">Where to show them.</param>
internal sealed class MerchantClient(HttpClient http, Transcript transcript) : IDisposable
{
    /// <summary>Sends a request and shows it with its answer.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        transcript.Sent($"{method} {path}", body);
        var answer = await SendQuietlyAsync(method, path, body, cancellationToken);
        transcript.Received(answer);
        return answer;
    }

    /// <summary>Sends a request without showing it: one of many.</summary>
    public async Task<Answer> SendQuietlyAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, cancellationToken);
        return await Answer.ReadAsync(response, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
