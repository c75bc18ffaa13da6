using System.Collections.Immutable;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>Reads the body of a capture (api-facts §2.2): everything, an amount, or amounts per allocation.</summary>
internal static class CapturePaymentBody
{
    private const string AmountField = "amount";
    private const string AllocationsField = "paymentAllocations";

    /// <summary>Reads the body.</summary>
    /// <param name="fields">The body's fields.</param>
    /// <param name="call">Who calls.</param>
    /// <param name="error">The first thing that is wrong, when the command is null.</param>
    /// <returns>The command, or null.</returns>
    public static CapturePayment? Read(FieldReader fields, MerchantCall call, out FieldError? error)
    {
        var amount = fields.Integer(AmountField, 1, CreatePaymentBody.AmountMinorMax);
        var entries = fields.Objects(AllocationsField, CreatePaymentBody.AllocationsMax);
        if (amount is not null && entries.Count > 0)
            fields.Refuse(AmountField, $"{AmountField} and {AllocationsField} exclude each other");
        var allocations = entries
            .Select(static entry => (Id: entry.Uuid("id", isRequired: true), Amount: entry.Integer(AmountField, 1, CreatePaymentBody.AmountMinorMax)))
            .ToList();

        error = fields.Error;
        return error is null
            ? new CapturePayment(
                call.MerchantId,
                amount,
                [.. allocations.Select(static entry => new CaptureAllocation(entry.Id!.Value, entry.Amount))],
                call.Actor)
            : null;
    }
}
