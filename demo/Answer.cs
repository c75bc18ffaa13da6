using System.Net;

namespace Payments.Demo;

/// <summary>An HTTP answer as it arrived.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Header <c>Content-Type</c>.</param>
/// <param name="TraceId">Header <c>X-Trace-Id</c>.</param>
/// <param name="Body">The body, undecoded.</param>
internal sealed record Answer(int Status, string ContentType, string TraceId, string Body)
{
    /// <summary>The content type of every answer of both contracts.</summary>
    public const string Json = "application/json; charset=utf-8";

    private const int TraceIdLength = 32;

    /// <summary>Whether the trace id is one: 16 bytes in hex (https://www.w3.org/TR/trace-context/#trace-id).</summary>
    public bool HasTraceId => TraceId.Length == TraceIdLength && TraceId.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads an answer to its end.</summary>
    public static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) => new(
        (int)response.StatusCode,
        response.Content.Headers.ContentType?.ToString() ?? "",
        response.Headers.TryGetValues("X-Trace-Id", out var ids) ? string.Join(",", ids) : "",
        await response.Content.ReadAsStringAsync(cancellationToken));

    /// <summary>Whether the status is this one.</summary>
    public bool Is(HttpStatusCode status) => Status == (int)status;
}
