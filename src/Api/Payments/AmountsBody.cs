using Payments.Api.Http;

namespace Payments.Api.Payments;

/// <summary>Reads how much a capture or a refund is about (api-facts §2.2, §2.7): everything, an amount, or amounts per allocation.</summary>
internal static class AmountsBody
{
    private const string AmountField = "amount";

    /// <summary>Reads both fields, of which a body may have one.</summary>
    /// <param name="fields">The body's fields; takes what is wrong.</param>
    /// <param name="allocationsField">The name of the list of allocations.</param>
    /// <returns>The amount in minor units, or null; the allocations, of which one without an amount means all of it.</returns>
    public static (long? AmountMinor, IReadOnlyList<(Guid Id, long? AmountMinor)> Allocations) Read(FieldReader fields, string allocationsField)
    {
        var amount = fields.Integer(AmountField, 1, CreatePaymentBody.AmountMinorMax);
        var entries = fields.Objects(allocationsField, CreatePaymentBody.AllocationsMax);
        if (amount is not null && entries.Count > 0)
            fields.Refuse(AmountField, $"{AmountField} and {allocationsField} exclude each other");
        return (amount, [.. entries.Select(static entry =>
            (entry.Uuid("id", isRequired: true) ?? Guid.Empty, entry.Integer(AmountField, 1, CreatePaymentBody.AmountMinorMax)))]);
    }
}
