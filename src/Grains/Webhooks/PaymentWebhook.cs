using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Payments.Grains.Webhooks;

/// <summary>Writes the body that announces a payment's state. For <c>PAYMENT_CANCELLED</c> it is the seed's: these properties, in this order, and no
/// other. The other events (api-facts §2.6) have the same shape, the two amounts of a pre-authorization where the view shows them, and for a card of a
/// split tender what became of it.</summary>
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

    /// <summary>The event that follows <c>PAYMENT_FAILED</c> when a split tender was taken back by refunding a card that was captured already.</summary>
    public const string Refunded = "PAYMENT_REFUNDED";

    /// <summary>The body for a payment in its present state.</summary>
    /// <exception cref="ArgumentException">The state is not announced.</exception>
    public static string Body(PaymentView payment) => Body(
        payment,
        EventOf(payment.Status) ?? throw new ArgumentException($"A payment in {payment.Status.ToWire()} is not announced.", nameof(payment)));

    /// <summary>The body of an event about a payment in its present state.</summary>
    public static string Body(PaymentView payment, string name)
    {
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
                if (allocation.Failure is not null)
                    json.WriteString("error", allocation.Failure);
                if (allocation.Remediation is { } remediation)
                {
                    json.WriteStartObject("remediation");
                    json.WriteString("action", remediation.Action.ToWire());
                    json.WriteString("status", remediation.Status.ToWire());
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
