using System.Collections.Immutable;
using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>Reads the body of a capture (api-facts §2.2): everything, an amount, or amounts per allocation.</summary>
internal static class CapturePaymentBody
{
    /// <summary>Reads the body.</summary>
    /// <param name="fields">The body's fields.</param>
    /// <param name="call">Who calls.</param>
    /// <param name="error">The first thing that is wrong, when the command is null.</param>
    /// <returns>The command, or null.</returns>
    public static CapturePayment? Read(FieldReader fields, MerchantCall call, out FieldError? error)
    {
        var (amount, allocations) = AmountsBody.Read(fields, "paymentAllocations");
        error = fields.Error;
        return error is null
            ? new CapturePayment(
                call.MerchantId,
                amount,
                [.. allocations.Select(static entry => new CaptureAllocation(entry.Id, entry.AmountMinor))],
                call.Actor)
            : null;
    }
}
