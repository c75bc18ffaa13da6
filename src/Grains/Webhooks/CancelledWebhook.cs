using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Payments.Grains.Webhooks;

/// <summary>Writes the body of <c>PAYMENT_CANCELLED</c> as the seed shows it: these properties, in this order, and no other.</summary>
public static class CancelledWebhook
{
    /// <summary>The event's name.</summary>
    public const string EventName = "PAYMENT_CANCELLED";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body for a payment that is <see cref="PaymentStatus.Cancelled"/>.</summary>
    /// <exception cref="ArgumentException">The payment is in another state: only what is cancelled is ever announced as such (design I4).</exception>
    public static string Body(PaymentView payment)
    {
        if (payment.Status != PaymentStatus.Cancelled)
            throw new ArgumentException($"A payment in {payment.Status.ToWire()} is not announced as cancelled.", nameof(payment));

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("name", EventName);
            json.WriteString("source", payment.Source);
            json.WriteStartObject("payload");
            json.WriteString("id", payment.Id);
            json.WriteString("merchantTransactionId", payment.MerchantTransactionId);
            json.WriteNumber("amount", payment.AmountMinor);
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
