using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>Unix seconds on the wire, UTC in memory.</summary>
internal sealed class UnixDateTimeConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var seconds) && seconds is >= 0 and <= 253_402_300_799
            ? DateTime.UnixEpoch.AddSeconds(seconds)
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(new DateTimeOffset(value).ToUnixTimeSeconds());
}
