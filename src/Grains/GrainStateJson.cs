using System.Text.Json;
using System.Text.Json.Serialization;
using Payments.Grains.Payment;
using Payments.Grains.PaymentRequest;
using Payments.Grains.Webhooks;

namespace Payments.Grains;

/// <summary>How grain state is written to storage. Names are the properties'; enums are stored by name, so that a row can be read by a human
/// and survives a reordering.</summary>
public static class GrainStateJson
{
    /// <summary>The options that storage must use.</summary>
    public static JsonSerializerOptions Options { get; } = new(GrainStateJsonContext.Default.Options) { TypeInfoResolver = GrainStateJsonContext.Default };
}

/// <summary>Source-generated serialization of every stored state.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PaymentState))]
[JsonSerializable(typeof(PaymentRequestState))]
[JsonSerializable(typeof(PaymentRequestIdState))]
[JsonSerializable(typeof(WebhookEndpointState))]
internal sealed partial class GrainStateJsonContext : JsonSerializerContext;
