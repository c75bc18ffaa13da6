using System.Text.Json;

namespace Payments.Sandbox;

/// <summary>Renders Stripe's objects with their documented field names.</summary>
internal static class StripeJson
{
    /// <param name="writer">Where to.</param>
    /// <param name="body">One of the bodies of <see cref="StripeResult"/>.</param>
    /// <param name="expandsCharge">Whether <c>latest_charge</c> is the object instead of its id.</param>
    public static void Write(Utf8JsonWriter writer, object body, bool expandsCharge = false)
    {
        switch (body)
        {
            case IntentRecord intent:
                WriteIntent(writer, intent, expandsCharge);
                break;
            case RefundRecord refund:
                WriteRefund(writer, refund);
                break;
            case ChargeView charge:
                WriteCharge(writer, charge.Intent);
                break;
            case StripeFailure failure:
                writer.WriteStartObject();
                writer.WritePropertyName("error");
                WriteFailure(writer, failure, withIntent: true);
                writer.WriteEndObject();
                break;
            case StripeList list:
                WriteList(writer, list, expandsCharge);
                break;
            case EventView view:
                WriteEvent(writer, view);
                break;
            default:
                throw new InvalidOperationException($"Nothing renders a {body.GetType().Name}.");
        }
    }

    private static void WriteIntent(Utf8JsonWriter writer, IntentRecord intent, bool expandsCharge)
    {
        writer.WriteStartObject();
        writer.WriteString("id", intent.Id);
        writer.WriteString("object", "payment_intent");
        writer.WriteNumber("amount", intent.Amount);
        writer.WriteNumber("amount_capturable", intent.AmountCapturable);
        writer.WriteNumber("amount_received", intent.AmountReceived);
        WriteTime(writer, "canceled_at", intent.CanceledAt);
        writer.WriteString("cancellation_reason", intent.CancellationReason);
        writer.WriteString("capture_method", intent.CapturesManually ? "manual" : "automatic");
        writer.WriteString("client_secret", $"{intent.Id}_secret_sandbox");
        writer.WriteString("confirmation_method", "automatic");
        WriteTime(writer, "created", intent.Created);
        writer.WriteString("currency", intent.Currency);
        writer.WriteString("customer", intent.Customer);
        writer.WriteString("description", intent.Description);
        writer.WritePropertyName("last_payment_error");
        if (intent.LastError is { } error)
            WriteFailure(writer, error, withIntent: false);
        else
            writer.WriteNullValue();
        writer.WritePropertyName("latest_charge");
        if (!intent.Attempted)
            writer.WriteNullValue();
        else if (expandsCharge)
            WriteCharge(writer, intent);
        else
            writer.WriteStringValue(intent.ChargeId);
        writer.WriteBoolean("livemode", false);
        WriteMetadata(writer, intent.Metadata);
        WriteNextAction(writer, intent);
        writer.WriteNull("on_behalf_of");
        // A failed attempt detaches the method, which stays readable in last_payment_error.
        writer.WriteString("payment_method", intent.Status == IntentStatus.RequiresPaymentMethod ? null : intent.PaymentMethod);
        writer.WriteStartObject("payment_method_options");
        writer.WriteEndObject();
        writer.WriteStartArray("payment_method_types");
        foreach (var type in intent.MethodTypes)
            writer.WriteStringValue(type);
        writer.WriteEndArray();
        writer.WriteNull("processing");
        writer.WriteNull("receipt_email");
        writer.WriteNull("setup_future_usage");
        writer.WriteNull("shipping");
        writer.WriteNull("statement_descriptor");
        writer.WriteString("statement_descriptor_suffix", intent.StatementDescriptorSuffix);
        writer.WriteString("status", intent.StatusName);
        writer.WriteNull("transfer_data");
        writer.WriteNull("transfer_group");
        writer.WriteEndObject();
    }

    private static void WriteNextAction(Utf8JsonWriter writer, IntentRecord intent)
    {
        if (intent.Status != IntentStatus.RequiresAction)
        {
            writer.WriteNull("next_action");
            return;
        }
        writer.WriteStartObject("next_action");
        writer.WriteString("type", "use_stripe_sdk");
        writer.WriteStartObject("use_stripe_sdk");
        writer.WriteString("type", "three_d_secure_redirect");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteCharge(Utf8JsonWriter writer, IntentRecord intent)
    {
        var failed = intent.LastError is not null || (intent.IsBankDebit && intent.Status == IntentStatus.Canceled);
        var pending = intent.Status is IntentStatus.Processing;
        writer.WriteStartObject();
        writer.WriteString("id", intent.ChargeId);
        writer.WriteString("object", "charge");
        writer.WriteNumber("amount", intent.Amount);
        writer.WriteNumber("amount_captured", intent.AmountReceived);
        writer.WriteNumber("amount_refunded", intent.AmountRefunded);
        writer.WriteBoolean("captured", intent.Status == IntentStatus.Succeeded);
        WriteTime(writer, "created", intent.Created);
        writer.WriteString("currency", intent.Currency);
        writer.WriteString("customer", intent.Customer);
        writer.WriteString("failure_code", intent.LastError?.Code);
        writer.WriteString("failure_message", intent.LastError?.Message);
        writer.WriteBoolean("livemode", false);
        WriteMetadata(writer, intent.Metadata);
        writer.WriteBoolean("paid", intent.Status is IntentStatus.Succeeded or IntentStatus.RequiresCapture);
        writer.WriteString("payment_intent", intent.Id);
        writer.WriteString("payment_method", intent.PaymentMethod);
        writer.WriteStartObject("payment_method_details");
        writer.WriteString("type", intent.IsBankDebit ? TestPaymentMethod.BankAccount : TestPaymentMethod.Card);
        if (intent.IsBankDebit)
        {
            writer.WriteStartObject(TestPaymentMethod.BankAccount);
            writer.WriteString("expected_debit_date", intent.StatusSince.AddDays(1).ToString("yyyy-MM-dd"));
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteBoolean("refunded", intent.AmountReceived > 0 && intent.AmountRefunded == intent.AmountReceived);
        writer.WriteString("status", failed ? "failed" : pending ? "pending" : "succeeded");
        writer.WriteEndObject();
    }

    private static void WriteRefund(Utf8JsonWriter writer, RefundRecord refund)
    {
        writer.WriteStartObject();
        writer.WriteString("id", refund.Id);
        writer.WriteString("object", "refund");
        writer.WriteNumber("amount", refund.Amount);
        writer.WriteNull("balance_transaction");
        writer.WriteString("charge", refund.Charge);
        WriteTime(writer, "created", refund.Created);
        writer.WriteString("currency", refund.Currency);
        if (refund.FailureReason is not null)
            writer.WriteString("failure_reason", refund.FailureReason);
        WriteMetadata(writer, refund.Metadata);
        writer.WriteString("payment_intent", refund.PaymentIntent);
        if (refund.Status == RefundRecord.Pending)
            writer.WriteString("pending_reason", "processing");
        writer.WriteString("reason", refund.Reason);
        writer.WriteNull("receipt_number");
        writer.WriteString("status", refund.Status);
        writer.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter writer, StripeFailure failure, bool withIntent)
    {
        writer.WriteStartObject();
        if (failure.Charge is not null)
            writer.WriteString("charge", failure.Charge);
        if (failure.Code is not null)
        {
            writer.WriteString("code", failure.Code);
            writer.WriteString("doc_url", $"https://stripe.com/docs/error-codes/{failure.Code.Replace('_', '-')}");
        }
        if (failure.DeclineCode is not null)
            writer.WriteString("decline_code", failure.DeclineCode);
        writer.WriteString("message", failure.Message);
        if (failure.Param is not null)
            writer.WriteString("param", failure.Param);
        if (withIntent && failure.Intent is { } intent)
        {
            writer.WritePropertyName("payment_intent");
            WriteIntent(writer, intent, expandsCharge: false);
        }
        if (failure.PaymentMethod is not null)
        {
            writer.WriteStartObject("payment_method");
            writer.WriteString("id", failure.PaymentMethod);
            writer.WriteString("object", "payment_method");
            writer.WriteString("type", TestPaymentMethod.Find(failure.PaymentMethod)?.Type ?? TestPaymentMethod.Card);
            writer.WriteEndObject();
        }
        writer.WriteString("type", failure.Type);
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, StripeList list, bool expandsCharge)
    {
        writer.WriteStartObject();
        writer.WriteString("object", list.Kind);
        writer.WriteStartArray("data");
        foreach (var item in list.Data)
            Write(writer, item, expandsCharge);
        writer.WriteEndArray();
        writer.WriteBoolean("has_more", list.HasMore);
        if (list.Kind == "search_result")
            writer.WriteString("next_page", list.NextPage);
        writer.WriteString("url", list.Url);
        writer.WriteEndObject();
    }

    private static void WriteEvent(Utf8JsonWriter writer, EventView view)
    {
        writer.WriteStartObject();
        writer.WriteString("id", view.Id);
        writer.WriteString("object", "event");
        writer.WriteNull("api_version");
        WriteTime(writer, "created", view.Operation.At);
        writer.WriteStartObject("data");
        writer.WritePropertyName("object");
        Write(writer, view.Subject);
        writer.WriteEndObject();
        writer.WriteBoolean("livemode", false);
        writer.WriteNumber("pending_webhooks", 0);
        writer.WriteStartObject("request");
        writer.WriteNull("id");
        writer.WriteString("idempotency_key", view.Operation.IdempotencyKey);
        writer.WriteEndObject();
        writer.WriteString("type", view.Type);
        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject("metadata");
        foreach (var (key, value) in metadata)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? at)
    {
        if (at is { } time)
            writer.WriteNumber(name, time.ToUnixTimeSeconds());
        else
            writer.WriteNull(name);
    }
}
