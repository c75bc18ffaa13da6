using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Payments.Testing.OpenApi;

/// <summary>Validates JSON against the part of JSON Schema 2020-12 that the product's documents use. A keyword that it does not know is an error, so
/// that no rule of a document goes unchecked.</summary>
public sealed class JsonSchema(JsonElement document)
{
    private static readonly string[] Annotations = ["description", "default"];

    /// <summary>What is wrong with a value.</summary>
    /// <returns>One line per fault, with its place; empty when the value is valid.</returns>
    public IReadOnlyList<string> Faults(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        Check(schema, value, "$", faults);
        return faults;
    }

    /// <summary>Follows a reference.</summary>
    public JsonElement Resolve(JsonElement node)
    {
        while (node.TryGetProperty("$ref", out var reference))
        {
            node = reference.GetString()!.Split('/').Skip(1).Aggregate(document, static (part, name) => part.GetProperty(name));
        }
        return node;
    }

    private void Check(JsonElement schema, JsonElement value, string place, List<string> faults)
    {
        schema = Resolve(schema);
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!CheckKeyword(schema, keyword.Name, keyword.Value, value, place, faults))
                faults.Add($"{place}: {keyword.Name} {keyword.Value.GetRawText()}");
        }
    }

    private bool CheckKeyword(JsonElement schema, string name, JsonElement rule, JsonElement value, string place, List<string> faults)
    {
        switch (name)
        {
            case "type":
                return rule.ValueKind == JsonValueKind.Array
                    ? rule.EnumerateArray().Any(type => IsOfType(type.GetString()!, value))
                    : IsOfType(rule.GetString()!, value);
            case "enum":
                return rule.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value));
            case "const":
                return JsonElement.DeepEquals(rule, value);
            case "anyOf":
                return rule.EnumerateArray().Any(option => Faults(option, value).Count == 0);
            case "format":
                return CheckFormat(rule.GetString()!, value);
            case "if":
                if (Faults(rule, value).Count == 0)
                    Check(schema.GetProperty("then"), value, place, faults);
                return true;
            case "then":
                return true;
            default:
                return value.ValueKind switch
                {
                    JsonValueKind.Object => CheckObject(name, schema, rule, value, place, faults),
                    JsonValueKind.Array => CheckArray(name, rule, value, place, faults),
                    JsonValueKind.String => CheckString(name, rule, value.GetString()!),
                    JsonValueKind.Number => CheckNumber(name, rule, value.GetDecimal()),
                    _ => IsKnown(name),
                };
        }
    }

    // A format says something about values of its own type only.
    private static bool CheckFormat(string format, JsonElement value) => (format, value.ValueKind) switch
    {
        ("uuid", JsonValueKind.String) => Guid.TryParseExact(value.GetString(), "D", out _),
        ("date-time", JsonValueKind.String) =>
            value.GetString()!.Length >= 20 && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _),
        ("int32", JsonValueKind.Number) => value.TryGetInt32(out _),
        ("int64", JsonValueKind.Number) => value.TryGetInt64(out _),
        ("uuid" or "date-time" or "int32" or "int64", _) => true,
        _ => throw new NotSupportedException($"format {format}"),
    };

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && decimal.IsInteger(value.GetDecimal()),
        _ => throw new NotSupportedException($"type {type}"),
    };

    private bool CheckObject(string name, JsonElement schema, JsonElement rule, JsonElement value, string place, List<string> faults)
    {
        switch (name)
        {
            case "properties":
                foreach (var property in rule.EnumerateObject())
                {
                    if (value.TryGetProperty(property.Name, out var member))
                        Check(property.Value, member, $"{place}.{property.Name}", faults);
                }
                return true;
            case "required":
                return rule.EnumerateArray().All(required => value.TryGetProperty(required.GetString()!, out _));
            case "maxProperties":
                return value.EnumerateObject().Count() <= rule.GetInt32();
            case "propertyNames":
                return value.EnumerateObject().All(member => Faults(rule, JsonSerializer.SerializeToElement(member.Name)).Count == 0);
            case "additionalProperties":
                foreach (var member in value.EnumerateObject())
                {
                    if (!schema.TryGetProperty("properties", out var named) || !named.TryGetProperty(member.Name, out _))
                        Check(rule, member.Value, $"{place}.{member.Name}", faults);
                }
                return true;
            default:
                return IsKnown(name);
        }
    }

    private bool CheckArray(string name, JsonElement rule, JsonElement value, string place, List<string> faults)
    {
        switch (name)
        {
            case "items":
                var index = 0;
                foreach (var entry in value.EnumerateArray())
                    Check(rule, entry, $"{place}[{index++}]", faults);
                return true;
            case "minItems":
                return value.GetArrayLength() >= rule.GetInt32();
            case "maxItems":
                return value.GetArrayLength() <= rule.GetInt32();
            default:
                return IsKnown(name);
        }
    }

    private static bool CheckString(string name, JsonElement rule, string value) => name switch
    {
        "minLength" => value.Length >= rule.GetInt32(),
        "maxLength" => value.Length <= rule.GetInt32(),
        "pattern" => Regex.IsMatch(value, rule.GetString()!, RegexOptions.ECMAScript | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)),
        _ => IsKnown(name),
    };

    private static bool CheckNumber(string name, JsonElement rule, decimal value) => name switch
    {
        "minimum" => value >= rule.GetDecimal(),
        "maximum" => value <= rule.GetDecimal(),
        "exclusiveMinimum" => value > rule.GetDecimal(),
        _ => IsKnown(name),
    };

    // Rules about another type of value than this one.
    private static bool IsKnown(string name) => Annotations.Contains(name) || name is "properties" or "required" or "maxProperties" or "propertyNames"
        or "additionalProperties" or "items" or "minItems" or "maxItems" or "minLength" or "maxLength" or "pattern" or "minimum" or "maximum"
        or "exclusiveMinimum"
        ? true
        : throw new NotSupportedException($"keyword {name}");
}
