using System.Text.Json.Nodes;

namespace Payments.Api.OpenApi;

/// <summary>Rules about strings in the words of JSON schema.</summary>
internal static class StringSchema
{
    // What char.IsControl refuses.
    private const string NoControl = @"[^\u0000-\u001f\u007f-\u009f]";
    private const string NoControlButLines = @"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]";

    /// <summary>A text for people: its length in UTF-16 code units, and no control characters.</summary>
    public static void Text(JsonObject schema, int lengthMax, bool isRequired, bool isMultiline)
    {
        var character = isMultiline ? NoControlButLines : NoControl;
        schema["maxLength"] = lengthMax;
        schema["pattern"] = isRequired ? $@"^(?=[\s\S]*\S){character}*$" : $"^{character}*$";
    }

    /// <summary>One of a few values; null stays possible where the schema allows it.</summary>
    public static void OneOf(JsonObject schema, IEnumerable<string> values)
    {
        var list = new JsonArray([.. values.Select(static value => (JsonNode)value)]);
        if (schema["type"] is JsonArray)
            list.Add(null);
        schema["enum"] = list;
    }
}
