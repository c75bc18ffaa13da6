using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Payments.Grains.Payment;
using Payments.Grains.Refunds;

namespace Payments.Grains.Webhooks;

/// <summary>Writes the body that announces a refund's state (api-facts §2.6, §2.7).</summary>
public static class RefundWebhook
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The event that announces a state.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The state is not announced: the merchant knows it from the answer to its request.</exception>
    public static string EventOf(RefundState status) => status switch
    {
        RefundState.Pending => "REFUND_PENDING",
        RefundState.Completed => "REFUND_SUCCESS",
        RefundState.Failed => "REFUND_FAILED",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not announced."),
    };

    /// <summary>The body for a refund in its present state.</summary>
    public static string Body(PaymentState payment, RefundEntry refund)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("name", EventOf(refund.Status));
            json.WriteString("source", refund.Source);
            json.WriteStartObject("payload");
            json.WriteString("refundId", refund.Id);
            json.WriteString("paymentId", payment.Id);
            json.WriteString("merchantId", payment.MerchantId);
            json.WriteString("merchantTransactionId", refund.MerchantTransactionId);
            json.WriteNumber("amount", refund.AmountMinor);
            json.WriteString("reason", refund.Reason.ToWire());
            json.WriteString("status", refund.Status.ToWire());
            if (refund.Failure is not null)
                json.WriteString("error", refund.Failure);
            if (payment.IsSplit)
                WriteParts(json, payment, refund);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteParts(Utf8JsonWriter json, PaymentState payment, RefundEntry refund)
    {
        json.WriteStartArray("refundAllocations");
        foreach (var (allocation, part) in SplitTender.PartsOf(payment, refund))
        {
            json.WriteStartObject();
            json.WriteString("id", allocation.Id);
            json.WriteNumber("amount", part.AmountMinor);
            json.WriteString("status", part.Status.ToWire());
            if (part.Failure is not null)
                json.WriteString("error", part.Failure);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
