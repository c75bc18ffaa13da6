using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Payments.Api.PaymentRequests;

/// <summary>How Payhub bodies are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CreatedPaymentRequestBody))]
[JsonSerializable(typeof(PaymentRequestBody))]
[JsonSerializable(typeof(PaymentRequestListBody))]
[JsonSerializable(typeof(CanceledPaymentRequestBody))]
[JsonSerializable(typeof(RefundedPaymentBody))]
[JsonSerializable(typeof(PayhubProblemBody))]
internal sealed partial class PayhubJson : JsonSerializerContext
{
    /// <summary>Pascal case, and without the default encoder's escapes for HTML: these answers are never part of a page.</summary>
    public static readonly PayhubJson Wire = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
