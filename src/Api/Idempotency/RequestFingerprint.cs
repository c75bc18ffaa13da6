using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Payments.Api.Idempotency;

/// <summary>Tells a repeat from another request: SHA-256 over method, path, query and body. The order of a body's properties and the space
/// between them do not count, since no client promises to write them the same way twice; values count as they are written.</summary>
internal static class RequestFingerprint
{
    /// <summary>The fingerprint in hex.</summary>
    public static string Of(HttpRequest request, JsonElement body)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        Encoding.UTF8.GetBytes($"{request.Method}\n{request.Path}{request.QueryString}\n", text);
        Write(text, body);
        return Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan));
    }

    private static void Write(ArrayBufferWriter<byte> text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Write("{"u8);
                foreach (var property in element.EnumerateObject().OrderBy(RawName, StringComparer.Ordinal))
                {
                    text.Write(JsonMarshal.GetRawUtf8PropertyName(property));
                    text.Write(":"u8);
                    Write(text, property.Value);
                    text.Write(","u8);
                }
                text.Write("}"u8);
                break;
            case JsonValueKind.Array:
                text.Write("["u8);
                foreach (var entry in element.EnumerateArray())
                {
                    Write(text, entry);
                    text.Write(","u8);
                }
                text.Write("]"u8);
                break;
            default:
                text.Write(JsonMarshal.GetRawUtf8Value(element));
                break;
        }
    }

    // As written: a name with half of a surrogate pair as an escape has no other form.
    private static string RawName(JsonProperty property) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(property));
}
