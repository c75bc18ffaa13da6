using System.Buffers;
using System.Text.Json;

namespace Payments.Providers;

/// <summary>Reads fields of an event whose signature is right: what is not there or of another kind is null.</summary>
internal static class EventJson
{
    private const int IdLengthMax = 255;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-:.");

    /// <summary>The body as a JSON object, or null. To be disposed.</summary>
    public static JsonDocument? TryParse(ReadOnlySpan<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body.ToArray(), Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            return null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair in a property's name.
            return null;
        }
    }

    /// <summary>An object by name, or null.</summary>
    public static JsonElement? Object(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } found
        && found.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Object
            ? value
            : null;

    /// <summary>A text by name, or null.</summary>
    public static string? Text(JsonElement? parent, string name)
    {
        if (parent is not { ValueKind: JsonValueKind.Object } found
            || !found.TryGetProperty(name, out var value)
            || value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape.
            return null;
        }
    }

    /// <summary>An id of a provider by name, or null: it becomes part of a grain's key.</summary>
    public static string? Id(JsonElement? parent, string name) =>
        Text(parent, name) is { Length: > 0 and <= IdLengthMax } id && !id.AsSpan().ContainsAnyExcept(IdCharacters) ? id : null;
}
