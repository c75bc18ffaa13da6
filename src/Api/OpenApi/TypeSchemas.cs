using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Payments.Api.OpenApi;

/// <summary>Schemas of the bodies that a contract writes, from the metadata that writes them. Every property is always written,
/// nulls too, unless it says that it is left out then.</summary>
/// <param name="contract">The contract.</param>
internal sealed class TypeSchemas(ContractDescription contract)
{
    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);
    private readonly NullabilityInfoContext _nullability = new();

    /// <summary>The schemas so far, by name.</summary>
    public IEnumerable<KeyValuePair<string, JsonObject>> Components => _components;

    /// <summary>A reference to a named schema, here or to come.</summary>
    public static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    /// <summary>Adds a schema under a name.</summary>
    /// <returns>A reference to it.</returns>
    public JsonObject Add(string name, JsonObject schema)
    {
        _components.Add(name, schema);
        return Reference(name);
    }

    /// <summary>The schema of a type.</summary>
    public JsonObject Of(Type type)
    {
        if (Simple(type) is { } simple)
            return simple;
        if (contract.Json.GetTypeInfo(type) is not { } info)
            throw new NotSupportedException($"{type} is not in {contract.Json.GetType().Name}.");
        return info.Kind == JsonTypeInfoKind.Enumerable
            ? new JsonObject { ["type"] = "array", ["items"] = Of(info.ElementType!) }
            : OfObject(info);
    }

    private JsonObject OfObject(JsonTypeInfo info)
    {
        var name = info.Type.Name;
        if (_components.ContainsKey(name))
            return Reference(name);

        var properties = new JsonObject();
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        _components.Add(name, schema);
        foreach (var property in info.Properties)
            properties[property.Name] = OfProperty(info, property);
        var written = info.Properties.Where(property => !IsLeftOutWhenNull(MemberOf(info, property))).ToList();
        if (written.Count > 0)
            schema["required"] = new JsonArray([.. written.Select(static property => (JsonNode)property.Name)]);
        return Reference(name);
    }

    private static PropertyInfo MemberOf(JsonTypeInfo info, JsonPropertyInfo property) => info.Type.GetProperties().Single(member =>
        (info.Options.PropertyNamingPolicy?.ConvertName(member.Name) ?? member.Name) == property.Name);

    private static bool IsLeftOutWhenNull(PropertyInfo member) =>
        member.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition == JsonIgnoreCondition.WhenWritingNull;

    private JsonObject OfProperty(JsonTypeInfo info, JsonPropertyInfo property)
    {
        var member = MemberOf(info, property);
        var schema = Of(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
        if (member.GetCustomAttribute<StringLengthAttribute>() is { } length)
            schema["maxLength"] = length.MaximumLength;
        if (member.GetCustomAttribute<RangeAttribute>() is { Minimum: int minimum, Maximum: int maximum })
            (schema["minimum"], schema["maximum"]) = (minimum, maximum);
        if (member.GetCustomAttribute<SpellingOfAttribute>() is { } spelling)
            StringSchema.OneOf(schema, contract.SpellingOf(spelling.Source));
        if (member.GetCustomAttribute<DescriptionAttribute>() is { } description)
            schema["description"] = description.Description;
        var isNullable = !IsLeftOutWhenNull(member)
            && (Nullable.GetUnderlyingType(property.PropertyType) is not null || _nullability.Create(member).ReadState == NullabilityState.Nullable);
        return isNullable ? OrNull(schema) : schema;
    }

    private static JsonObject OrNull(JsonObject schema)
    {
        if (schema["type"] is not { } type)
            return new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        schema["type"] = new JsonArray(type.DeepClone(), "null");
        if (schema["enum"] is JsonArray values)
            values.Add(null);
        return schema;
    }

    private static JsonObject? Simple(Type type)
    {
        if (type == typeof(string))
            return new JsonObject { ["type"] = "string" };
        if (type == typeof(Guid))
            return new JsonObject { ["type"] = "string", ["format"] = "uuid" };
        if (type == typeof(DateTime) || type == typeof(DateTimeOffset))
            return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        if (type == typeof(bool))
            return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(int) || type == typeof(long))
            return new JsonObject { ["type"] = "integer", ["format"] = type == typeof(int) ? "int32" : "int64" };
        return type == typeof(decimal) ? new JsonObject { ["type"] = "number" } : null;
    }
}
