using System.Collections.Immutable;
using Payments.Api.Http;

namespace Payments.Api.PaymentRequests;

/// <summary>Reads the body of a create (api-facts §1.3). <c>TaxAmount</c>, <c>Debtor</c> and <c>Store</c> are checked for their form
/// only.</summary>
internal static class CreatePaymentRequestBody
{
    /// <summary>Most minor units of an amount.</summary>
    public const long AmountMinorMax = 9_999_999_999;

    private const string DefaultCurrency = "EUR";
    private const string StaticQr = "StaticQR";
    private const string DynamicQr = "DynamicQR";
    private const int ShortCodeLengthMax = 50;
    private const int LocaleLengthMax = 10;
    private const int DescriptionLengthMax = 255;
    private const int OrderLinesMax = 100;
    private const int OrderLineNameLengthMax = 255;
    private const int QuantityMax = 1_000_000;

    /// <summary>Reads the body.</summary>
    /// <param name="fields">The body's fields.</param>
    /// <param name="call">Who calls.</param>
    /// <param name="rules">Which currencies are taken.</param>
    /// <param name="error">The first thing that is wrong, when the command is null.</param>
    /// <returns>The command, or null.</returns>
    public static CreatePaymentRequest? Read(FieldReader fields, PayhubCall call, PaymentRequestRules rules, out FieldError? error)
    {
        var provider = fields.OneOf(
            "Provider", ["dias", "onepay", "paygate", CreatePaymentRequest.KlarnaProvider, "worldline", "viva", "nexi"], isRequired: true);
        var paymentType = fields.OneOf("PaymentType", ["Fixed", DynamicQr, StaticQr], isRequired: true);
        if (paymentType is DynamicQr or StaticQr && provider != CreatePaymentRequest.KlarnaProvider)
            fields.Refuse("PaymentType", $"PaymentType {paymentType} is only supported for Klarna payments");
        var shortCode = fields.Text("ShortCode", ShortCodeLengthMax, isRequired: paymentType == StaticQr);
        fields.DescribeRequiredWhen("ShortCode", "PaymentType", StaticQr);

        var currency = ReadCurrency(fields, rules);
        if (currency is null)
        {
            error = fields.Error;
            return null;
        }

        var amount = fields.Amount("Amount", currency, 1, AmountMinorMax, isRequired: true);
        fields.Amount("TaxAmount", currency, 0, AmountMinorMax);
        var country = fields.Text("Country", 2);
        fields.Describe("Country", static schema => schema["pattern"] = "^([A-Z]{2})?$");
        if (country is not null && (country.Length != 2 || !country.All(char.IsAsciiLetterUpper)))
            fields.Refuse("Country", "Country must be two upper case letters (ISO 3166)");
        var locale = fields.Text("Locale", LocaleLengthMax);
        var description = fields.Text("Description", DescriptionLengthMax);
        fields.Object("Debtor");
        fields.Object("Store");
        var lines = ReadOrderLines(fields, currency);

        error = fields.Error;
        return error is null
            ? new CreatePaymentRequest(
                call.MerchantId, provider!, paymentType!, amount!.Value, currency.Code, country, locale, description, lines, call.Actor,
                shortCode)
            : null;
    }

    private static Currency? ReadCurrency(FieldReader fields, PaymentRequestRules rules)
    {
        var code = fields.Word("Currency");
        fields.Describe("Currency", static schema => (schema["pattern"], schema["default"]) = ("^[A-Z]{3}$", DefaultCurrency));
        if (fields.Error is null && rules.Takes(code ?? DefaultCurrency, out var currency))
            return currency;
        fields.Refuse("Currency", "Currency is not supported");
        return null;
    }

    // A discount is a line with a negative price, so prices have no sign.
    private static ImmutableArray<OrderLine> ReadOrderLines(FieldReader fields, Currency currency)
    {
        var lines = ImmutableArray.CreateBuilder<OrderLine>();
        foreach (var line in fields.Objects("OrderLines", OrderLinesMax))
        {
            var name = line.Text("Name", OrderLineNameLengthMax, isRequired: true);
            var quantity = line.Integer("Quantity", 1, QuantityMax, isRequired: true);
            var unitPrice = line.Amount("UnitPrice", currency, -AmountMinorMax, AmountMinorMax, isRequired: true);
            var total = line.Amount("TotalAmount", currency, -AmountMinorMax, AmountMinorMax, isRequired: true);
            if (line.Error is not null)
                break;
            lines.Add(new OrderLine(name!, (int)quantity!.Value, unitPrice!.Value, total!.Value));
        }
        return lines.ToImmutable();
    }
}
