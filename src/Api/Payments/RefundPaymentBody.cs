using System.Text.Json;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>Reads the body of a request for a refund (api-facts §2.7).</summary>
internal static class RefundPaymentBody
{
    private const string ReasonField = "reason";

    /// <summary>Reads the body.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="call">Who calls.</param>
    /// <param name="error">The first thing that is wrong, when the command is null.</param>
    /// <returns>The command, or null.</returns>
    public static RefundPayment? Read(JsonElement json, MerchantCall call, out FieldError? error)
    {
        var fields = new FieldReader(json);
        var paymentId = fields.Uuid("paymentId", isRequired: true);
        var transactionId = fields.Text("merchantTransactionId", CreatePaymentBody.TransactionIdLengthMax, isRequired: true);
        var amount = fields.Integer("amount", 1, CreatePaymentBody.AmountMinorMax);
        var reason = CancellationReason.RequestedByCustomer;
        if (fields.Word(ReasonField) is { } word && !WireNames.TryParseReason(word, out reason))
            fields.Refuse(ReasonField, "Invalid enum value");

        error = fields.Error;
        return error is null
            ? new RefundPayment(call.MerchantId, paymentId!.Value, transactionId!, amount, reason, call.Source, call.Actor)
            : null;
    }
}
