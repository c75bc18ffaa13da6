using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Payments.Api.Payments;

/// <summary>How v2 bodies are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AcceptedPaymentBody))]
[JsonSerializable(typeof(PaymentBody))]
[JsonSerializable(typeof(AcceptedRefundBody))]
[JsonSerializable(typeof(RefundBody))]
[JsonSerializable(typeof(PaymentListBody))]
[JsonSerializable(typeof(PaymentProblemBody))]
internal sealed partial class PaymentJson : JsonSerializerContext
{
    /// <summary>Camel case, and without the default encoder's escapes for HTML: these answers are never part of a page.</summary>
    public static readonly PaymentJson Wire = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
