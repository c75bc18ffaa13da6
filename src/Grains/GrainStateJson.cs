using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Payments.Grains;

/// <summary>How grain state is written to storage. Names are the properties'; enums are stored by name, so that a row can be read by a human
/// and survives a reordering.</summary>
public static class GrainStateJson
{
    /// <summary>The options that storage must use.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            // Not source generation: it sets an init property that the row lacks to null instead of leaving its default, so that a
            // property added in a later version would make every older row unreadable.
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            Converters = { new JsonStringEnumConverter() },
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            RespectNullableAnnotations = true,
        };
        options.MakeReadOnly();
        return options;
    }
}
