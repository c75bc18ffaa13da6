using System.Text.Json;

namespace Payments.Sandbox;

/// <summary>Renders Klarna's resources and errors.</summary>
internal static class KlarnaJson
{
    public static void WriteRecord(Utf8JsonWriter writer, KlarnaRecord record)
    {
        writer.WriteStartObject();
        writer.WriteString("payment_request_id", record.Id);
        writer.WriteString("payment_request_url", $"https://pay.test.klarna.example/l/{record.Id[(record.Id.LastIndexOf(':') + 1)..]}");
        if (record.Reference is not null)
            writer.WriteString("payment_request_reference", record.Reference);
        writer.WriteNumber("amount", record.Amount);
        writer.WriteString("currency", record.Currency);
        writer.WriteString("state", record.StateName);
        if (record.PreviousState is { } previous)
            writer.WriteString("previous_state", KlarnaRecord.Name(previous));
        if (record.StateReason is not null)
            writer.WriteString("state_reason", record.StateReason);
        if (record.SessionToken is not null)
        {
            writer.WriteStartObject("state_context");
            writer.WriteString("klarna_network_session_token", record.SessionToken);
            writer.WriteString("order_id", record.OrderId);
            writer.WriteEndObject();
        }
        if (record.InteractionMethod is not null || record.ReturnUrl is not null)
        {
            writer.WriteStartObject("customer_interaction_config");
            writer.WriteString("method", record.InteractionMethod ?? "HANDOVER");
            if (record.ReturnUrl is not null)
                writer.WriteString("return_url", record.ReturnUrl);
            writer.WriteEndObject();
        }
        writer.WriteString("state_expires_at", record.ExpiresAt);
        writer.WriteString("expires_at", record.ExpiresAt);
        writer.WriteString("created_at", record.CreatedAt);
        writer.WriteString("updated_at", record.UpdatedAt);
        writer.WriteEndObject();
    }

    /// <summary>A webhook's body. The reference's name and the account ids are our reading: no public page shows a whole v2
    /// payload.</summary>
    public static void WriteEvent(Utf8JsonWriter writer, EventView view)
    {
        var record = (KlarnaRecord)view.Subject;
        writer.WriteStartObject();
        writer.WriteStartObject("metadata");
        writer.WriteString("event_id", view.Id);
        writer.WriteString("event_type", view.Type);
        writer.WriteString("event_version", "v2");
        writer.WriteString("occurred_at", view.Operation.At);
        writer.WriteString("subject_account_id", "krn:partner:global:account:test:SANDBOX1");
        writer.WriteString("recipient_account_id", "krn:partner:global:account:test:SANDBOX1");
        writer.WriteString("product_instance_id", "krn:partner:product:payment:sandbox");
        writer.WriteString("webhook_id", "krn:partner:global:notification:webhook:sandbox");
        writer.WriteBoolean("live", false);
        writer.WriteEndObject();
        writer.WriteStartObject("payload");
        writer.WriteString("payment_request_id", record.Id);
        if (record.Reference is not null)
            writer.WriteString("payment_request_reference", record.Reference);
        writer.WriteString("state", record.StateName);
        if (record.PreviousState is { } previous)
            writer.WriteString("previous_state", KlarnaRecord.Name(previous));
        if (record.StateReason is not null)
            writer.WriteString("state_reason", record.StateReason);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>A session as its start answers it.</summary>
    public static void WriteSession(Utf8JsonWriter writer, (KlarnaRecord Record, string Root) session)
    {
        writer.WriteStartObject();
        writer.WriteString("session_id", session.Record.Id);
        writer.WriteStartArray("payment_method_categories");
        writer.WriteStartObject();
        writer.WriteString("identifier", "klarna");
        writer.WriteString("name", "Pay with Klarna");
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartObject("distribution");
        writer.WriteString("result_url", $"{session.Root}/iss/v1/distributions/{session.Record.Id}");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>How a session's distribution goes. DECLINED and EXPIRED are our reading: the documentation lists no status for either.</summary>
    public static void WriteDistribution(Utf8JsonWriter writer, KlarnaRecord record)
    {
        writer.WriteStartObject();
        writer.WriteString("status", record.State switch
        {
            KlarnaState.Submitted => "DISTRIBUTED",
            KlarnaState.InProgress => "ACCESSED",
            _ => record.StateName,
        });
        writer.WriteString("qr", $"https://pay.test.klarna.example/qr/{record.Id}");
        writer.WriteString("payment_link", $"https://pay.test.klarna.example/s/{record.Id}");
        if (record.OrderId is not null)
            writer.WriteString("order_id", record.OrderId);
        writer.WriteEndObject();
    }

    /// <summary>An order with its refunds.</summary>
    public static void WriteOrder(Utf8JsonWriter writer, (KlarnaRecord Record, IReadOnlyList<KlarnaRefund> Refunds) order)
    {
        writer.WriteStartObject();
        writer.WriteString("order_id", order.Record.OrderId);
        writer.WriteString("status", "CAPTURED");
        writer.WriteString("merchant_reference1", order.Record.Reference);
        writer.WriteString("purchase_currency", order.Record.Currency);
        writer.WriteNumber("order_amount", order.Record.Amount);
        writer.WriteNumber("captured_amount", order.Record.Amount);
        writer.WriteNumber("refunded_amount", order.Record.RefundedAmount);
        writer.WriteStartArray("refunds");
        foreach (var refund in order.Refunds)
        {
            writer.WriteStartObject();
            writer.WriteString("refund_id", refund.Id);
            writer.WriteString("reference", refund.Reference);
            writer.WriteNumber("refunded_amount", refund.Amount);
            writer.WriteString("description", refund.Description);
            writer.WriteString("refunded_at", refund.CreatedAt);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The error body of the classic APIs.</summary>
    public static void WriteClassicFailure(Utf8JsonWriter writer, (KlarnaFailure Failure, Guid Id) answer)
    {
        writer.WriteStartObject();
        writer.WriteString("correlation_id", answer.Id);
        writer.WriteString("error_code", answer.Failure.ErrorCode);
        writer.WriteStartArray("error_messages");
        writer.WriteStringValue(answer.Failure.Message);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void WriteFailure(Utf8JsonWriter writer, KlarnaFailure failure, Guid id)
    {
        writer.WriteStartObject();
        writer.WriteString("error_id", id);
        writer.WriteString("error_type", failure.ErrorType);
        writer.WriteString("error_code", failure.ErrorCode);
        writer.WriteString("error_message", failure.Message);
        if (failure.Parameter is not null)
        {
            writer.WriteStartArray("validation_errors");
            writer.WriteStartObject();
            writer.WriteString("parameter", failure.Parameter);
            writer.WriteString("reason", failure.Message);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
