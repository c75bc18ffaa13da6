using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>One page of a list.</summary>
[JsonConverter(typeof(StripeListConverterFactory))]
public class StripeList<T> : StripeEntity, IEnumerable<T>
{
    /// <summary>The page's items, newest first.</summary>
    public List<T> Data { get; set; } = [];

    /// <summary>Whether more follow.</summary>
    public bool HasMore { get; set; }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => Data.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Reads a list as the object it is on the wire; being enumerable it would be taken for an array.</summary>
internal sealed class StripeListConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(StripeList<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<StripeList<T>>
    {
        public override StripeList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var page = JsonSerializer.Deserialize<Page<T>>(ref reader, options) ?? throw new JsonException();
            return new StripeList<T> { Data = page.Data ?? throw new JsonException(), HasMore = page.HasMore };
        }

        public override void Write(Utf8JsonWriter writer, StripeList<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Page<T>(value.Data, value.HasMore), options);
    }

    private sealed record Page<T>(
        [property: JsonPropertyName("data")] List<T>? Data,
        [property: JsonPropertyName("has_more")] bool HasMore);
}
