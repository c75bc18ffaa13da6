using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Payments.Grains.Webhooks;

/// <summary>Writes the body that announces a payment's state. For <c>PAYMENT_CANCELLED</c> it is the seed's: these properties, in this order, and no
/// other. The other events (api-facts §2.6) have the same shape, and the two amounts of a pre-authorization where the view shows them.</summary>
public static class PaymentWebhook
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The event that announces a state, or null for a state that is not announced: the merchant polls it or learns of the next one.
    /// <c>CANCEL_FAILED</c> is for operators (api-facts §2.3).</summary>
    public static string? EventOf(PaymentStatus status) => status switch
    {
        PaymentStatus.Authorized => "PAYMENT_AUTHORIZED",
        PaymentStatus.Accepted => "PAYMENT_ACCEPTED",
        PaymentStatus.Completed => "PAYMENT_SUCCEEDED",
        PaymentStatus.Failed => "PAYMENT_FAILED",
        PaymentStatus.Cancelled => "PAYMENT_CANCELLED",
        _ => null,
    };

    /// <summary>The body for a payment in its present state.</summary>
    /// <exception cref="ArgumentException">The state is not announced.</exception>
    public static string Body(PaymentView payment)
    {
        if (EventOf(payment.Status) is not { } name)
            throw new ArgumentException($"A payment in {payment.Status.ToWire()} is not announced.", nameof(payment));

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("source", payment.Source);
            json.WriteStartObject("payload");
            json.WriteString("id", payment.Id);
            json.WriteString("merchantTransactionId", payment.MerchantTransactionId);
            json.WriteNumber("amount", payment.AmountMinor);
            if (payment is { AuthorizedAmountMinor: { } authorized, CapturedAmountMinor: { } captured })
            {
                json.WriteNumber("authorizedAmount", authorized);
                json.WriteNumber("capturedAmount", captured);
            }

            json.WriteString("status", payment.Status.ToWire());
            json.WriteStartArray("paymentAllocations");
            foreach (var allocation in payment.Allocations)
            {
                json.WriteStartObject();
                json.WriteString("id", allocation.Id);
                json.WriteNumber("amount", allocation.AmountMinor);
                json.WriteString("status", allocation.Status.ToWire());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
