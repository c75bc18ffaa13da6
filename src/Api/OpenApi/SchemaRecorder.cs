using System.Text.Json.Nodes;

namespace Payments.Api.OpenApi;

/// <summary>Writes down, as a JSON schema, what a reader asks for while it reads an example. So the published schema of a request is what the code that
/// checks it really checks.</summary>
internal sealed class SchemaRecorder
{
    /// <summary>The schema so far.</summary>
    public JsonObject Schema { get; } = new() { ["type"] = "object", ["properties"] = new JsonObject() };

    /// <summary>Every property asked for so far, and its schema.</summary>
    public JsonObject Properties => Schema["properties"]!.AsObject();

    /// <summary>Records one property. What is optional may be null, which means absent.</summary>
    /// <returns>The property's schema, to be completed.</returns>
    public JsonObject Add(string name, string type, bool isRequired)
    {
        var schema = new JsonObject { ["type"] = isRequired ? type : new JsonArray(type, "null") };
        Properties[name] = schema;
        if (isRequired)
            Required.Add((JsonNode)name);
        return schema;
    }

    /// <summary>Records an object or an array of objects.</summary>
    /// <returns>The recorder of its properties.</returns>
    public SchemaRecorder AddObject(string name, bool isRequired, int? countMax = null)
    {
        var schema = Add(name, countMax is null ? "object" : "array", isRequired);
        var inner = new SchemaRecorder();
        if (countMax is null)
        {
            Properties[name] = inner.Schema;
            inner.Schema["type"] = schema["type"]!.DeepClone();
        }
        else
        {
            schema["maxItems"] = countMax;
            schema["items"] = inner.Schema;
        }
        return inner;
    }

    /// <summary>Corrects a property that was recorded as required because the example's <paramref name="other"/> is <paramref name="value"/>: else it
    /// is optional.</summary>
    public void RequireOnlyWhen(string name, string other, string value)
    {
        var schema = Properties[name]!.AsObject();
        schema["type"] = new JsonArray(schema["type"]!.GetValue<string>(), "null");
        if (schema["maxLength"] is { } lengthMax)
            StringSchema.Text(schema, lengthMax.GetValue<int>(), isRequired: false, isMultiline: false);
        else
            schema.Remove("pattern");
        Required.Remove(Required.First(entry => entry!.GetValue<string>() == name));
        Schema["if"] = new JsonObject
        {
            ["properties"] = new JsonObject { [other] = new JsonObject { ["const"] = value } }, ["required"] = new JsonArray(other),
        };
        Schema["then"] = new JsonObject
        {
            ["properties"] = new JsonObject { [name] = new JsonObject { ["type"] = "string", ["pattern"] = @"\S" } }, ["required"] = new JsonArray(name),
        };
    }

    private JsonArray Required
    {
        get
        {
            if (Schema["required"] is not JsonArray required)
                Schema["required"] = required = [];
            return required;
        }
    }
}
