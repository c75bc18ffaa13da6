using System.Text;

namespace Payments.EndToEnd.Harness;

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body, byte for byte as UTF-8.</param>
/// <param name="Headers">All headers, each value as written.</param>
public sealed record Answer(int Status, string Body, ILookup<string, string> Headers)
{
    /// <summary>Sends a request and reads the whole answer.</summary>
    public static async Task<Answer> OfAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        using (var response = await client.SendAsync(request))
        {
            var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                .SelectMany(static header => header.Value.Select(value => (header.Key, Value: value)))
                .ToLookup(static header => header.Key, static header => header.Value, StringComparer.OrdinalIgnoreCase);
            return new Answer((int)response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()), headers);
        }
    }

    /// <summary>Asserts status, headers and the literal body of an answer of either contract.</summary>
    public Answer Is(int status, string body)
    {
        Assert.Equal($"{status} {body}", $"{Status} {Body}");
        Assert.Equal("application/json; charset=utf-8", Assert.Single(Headers["Content-Type"]));
        Assert.Equal($"{Encoding.UTF8.GetByteCount(body)}", Assert.Single(Headers["Content-Length"]));
        Assert.Equal("no-store", Assert.Single(Headers["Cache-Control"]));
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single(Headers["X-Trace-Id"]));
        Assert.Empty(Headers["Server"]);
        return this;
    }
}
