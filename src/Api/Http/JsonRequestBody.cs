using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Payments.Api.Http;

/// <summary>A request body, read within limits and parsed strictly: one JSON object in UTF-8, each property once.
/// An absent body is an empty object, so that the answer names the first field that is missing.</summary>
internal sealed class JsonRequestBody : IDisposable
{
    /// <summary>Longest accepted body, in bytes.</summary>
    public const int BytesMax = 64 * 1024;

    private const int BytesFirst = 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}"u8);

    private readonly byte[]? _buffer;
    private readonly JsonDocument? _document;

    private JsonRequestBody(JsonElement root, byte[]? buffer = null, JsonDocument? document = null)
    {
        Root = root;
        _buffer = buffer;
        _document = document;
    }

    private JsonRequestBody(BodyRefusal refusal) => Refusal = refusal;

    /// <summary>Why the body was refused, or null.</summary>
    public BodyRefusal? Refusal { get; }

    /// <summary>The object; valid until this is disposed, and only when it was not refused.</summary>
    public JsonElement Root { get; }

    /// <summary>Reads a request's body to its end, or to the limit.</summary>
    /// <exception cref="BadHttpRequestException">The request is not well-formed HTTP.</exception>
    public static async ValueTask<JsonRequestBody> ReadAsync(HttpRequest request)
    {
        if (!HasJsonType(request, out var isUntyped))
            return new JsonRequestBody(BodyRefusal.UnsupportedMediaType);
        if (request.ContentLength > BytesMax)
            return new JsonRequestBody(BodyRefusal.TooLarge);

        var (buffer, length) = await ReadBytesAsync(request);
        if (length > BytesMax)
            return Refuse(buffer, BodyRefusal.TooLarge);
        if (length == 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return new JsonRequestBody(EmptyObject);
        }
        return isUntyped ? Refuse(buffer, BodyRefusal.UnsupportedMediaType) : Parse(buffer, length);
    }

    public void Dispose()
    {
        _document?.Dispose();
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
    }

    // Only a body needs a type: a request without both is answered for its missing fields.
    private static bool HasJsonType(HttpRequest request, out bool isUntyped)
    {
        isUntyped = false;
        if (request.Headers.ContentEncoding.Count > 0)
            return false;
        if (request.ContentType is not { Length: > 0 } contentType)
        {
            isUntyped = true;
            return true;
        }
        if (contentType == "application/json")
            return true;
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    private static async ValueTask<(byte[] Buffer, int Length)> ReadBytesAsync(HttpRequest request)
    {
        // One byte more than declared, so that the end of the body is seen without growing.
        var buffer = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? BytesFirst) + 1);
        var length = 0;
        try
        {
            while (length <= BytesMax)
            {
                if (length == buffer.Length)
                    buffer = Grow(buffer);
                var count = await request.Body.ReadAsync(buffer.AsMemory(length), request.HttpContext.RequestAborted);
                if (count == 0)
                    break;
                length += count;
            }
            return (buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The document lives as long as the body that is returned.")]
    private static JsonRequestBody Parse(byte[] buffer, int length)
    {
        try
        {
            // The parser itself looks at the encoding of a string only when the string is used.
            if (!Utf8.IsValid(buffer.AsSpan(0, length)))
                return Refuse(buffer, BodyRefusal.Malformed);
            var document = JsonDocument.Parse(buffer.AsMemory(0, length), Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new JsonRequestBody(document.RootElement, buffer, document);
            document.Dispose();
            return Refuse(buffer, BodyRefusal.NotAnObject);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a property name with half of a surrogate pair cannot be compared with the others.
            return Refuse(buffer, BodyRefusal.Malformed);
        }
    }

    private static JsonRequestBody Refuse(byte[] buffer, BodyRefusal refusal)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        return new JsonRequestBody(refusal);
    }
}
