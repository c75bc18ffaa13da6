using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>Reads the body of a cancel.</summary>
internal static class CancelPaymentBody
{
    private const string ReasonField = "paymentCancellationReason";

    /// <summary>Reads the body. The message may hold line breaks and tabs, and no other control characters: it goes into the audit
    /// trail, which people read in terminals.</summary>
    /// <param name="fields">The body's fields.</param>
    /// <param name="call">Who calls.</param>
    /// <param name="error">The first thing that is wrong, when the command is null.</param>
    /// <returns>The command, or null.</returns>
    public static CancelPayment? Read(FieldReader fields, MerchantCall call, out FieldError? error)
    {
        _ = WireNames.TryParseReason(fields.OneOf(ReasonField, WireNames.Reasons, isRequired: true, "Invalid enum value"), out var reason);
        var message = fields.Text("paymentCancellationMessage", CancelPayment.MessageMaxLength, isMultiline: true);

        error = fields.Error;
        return error is null ? new CancelPayment(call.MerchantId, reason, message, call.Actor) : null;
    }
}
