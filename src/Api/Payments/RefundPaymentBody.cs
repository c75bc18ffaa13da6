using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>Reads the body of a request for a refund (api-facts §2.7): everything that is left, an amount, or amounts per allocation.</summary>
internal static class RefundPaymentBody
{
    private const string ReasonField = "reason";

    /// <summary>Reads the body.</summary>
    /// <param name="fields">The body's fields.</param>
    /// <param name="call">Who calls.</param>
    /// <param name="error">The first thing that is wrong, when the command is null.</param>
    /// <returns>The command, or null.</returns>
    public static RefundPayment? Read(FieldReader fields, MerchantCall call, out FieldError? error)
    {
        var paymentId = fields.Uuid("paymentId", isRequired: true);
        var transactionId = fields.Text("merchantTransactionId", CreatePaymentBody.TransactionIdLengthMax, isRequired: true);
        var (amount, allocations) = AmountsBody.Read(fields, "refundAllocations");
        var word = fields.OneOf(ReasonField, WireNames.Reasons, reason: "Invalid enum value");
        fields.Describe(ReasonField, static schema => schema["default"] = CancellationReason.RequestedByCustomer.ToWire());
        var reason = WireNames.TryParseReason(word, out var given) ? given : CancellationReason.RequestedByCustomer;

        error = fields.Error;
        return error is null
            ? new RefundPayment(
                call.MerchantId, paymentId!.Value, transactionId!, amount, reason, call.Source, call.Actor,
                allocations.Count > 0 ? [.. allocations.Select(static entry => new RefundAllocation(entry.Id, entry.AmountMinor))] : default)
            : null;
    }
}
