using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Payments.Api.Http;
using Payments.Api.Payments;

namespace Payments.Api.ProviderEvents;

/// <summary>Reads a body as it came: a signature covers bytes, not what they mean.</summary>
internal static class RawBody
{
    /// <summary>Longest accepted body, in bytes. Events with much metadata have some ten thousand.</summary>
    public const int BytesMax = 256 * 1024;

    private const int BytesFirst = 8 * 1024;

    /// <summary>The whole body.</summary>
    /// <returns>The bytes, or why they were not read.</returns>
    /// <exception cref="BadHttpRequestException">The request is not well-formed HTTP.</exception>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, IResult? Refusal)> ReadAsync(HttpRequest request)
    {
        if (!IsJson(request))
            return (default, PaymentProblem.Of(BodyRefusal.UnsupportedMediaType));
        if (request.ContentLength > BytesMax)
            return (default, ProviderEventsContract.TooLarge);

        // One byte more than declared, so that the end of the body is seen without growing.
        var buffer = new byte[(int)(request.ContentLength ?? BytesFirst) + 1];
        var length = 0;
        for (int count; (count = await request.Body.ReadAsync(buffer.AsMemory(length), request.HttpContext.RequestAborted)) > 0;)
        {
            length += count;
            if (length > BytesMax)
                return (default, ProviderEventsContract.TooLarge);
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(2 * buffer.Length, BytesMax + 1));
        }

        return (buffer.AsMemory(0, length), null);
    }

    private static bool IsJson(HttpRequest request) =>
        request.Headers.ContentEncoding.Count == 0
        && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
