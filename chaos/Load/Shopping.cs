using System.Globalization;
using System.Text.Json;
using Payments.Chaos.Checking;
using Payments.Chaos.World;

namespace Payments.Chaos.Load;

/// <summary>The bodies and paths of both contracts.</summary>
internal static class Shopping
{
    private const string Payhub = "/api/payhub/v1/payment/request";
    private static readonly string[] Reasons = ["DUPLICATE", "FRAUDULENT", "REQUESTED_BY_CUSTOMER", "ABANDONED"];

    /// <summary>Creates the order's payment or payment request.</summary>
    public static Ask Create(Plan plan, DateTimeOffset now)
    {
        var order = plan.Order;
        if (order.Contract == Contract.Payhub)
        {
            var major = (order.AmountMinor / 100m).ToString("F2", CultureInfo.InvariantCulture);
            return new Ask(CallKind.Create, Payhub,
                $$"""{"Provider":"klarna","PaymentType":"DynamicQR","Amount":{{major}},"Currency":"EUR","Country":"GR","Locale":"el-GR","Description":"{{order.Reference}}"}""");
        }

        var isDebit = plan.Kind is PlanKind.BankDebit or PlanKind.LateBankDebit;
        var method = isDebit ? plan.Merchant.BankAccount : plan.Kind == PlanKind.ChallengedCard ? plan.Merchant.ChallengedCard : plan.Merchant.Card;
        var kind = isDebit
            ? $$""","authorizeCard":false,"consent":{"type":"ONLINE","timestamp":"{{now:yyyy-MM-ddTHH:mm:ssZ}}","ipAddress":"203.0.113.7"}"""
            : ""","authorizeCard":true,"partialAuthorization":true""";
        return new Ask(CallKind.Create, "/v2/payments",
            $$"""{"merchantTransactionId":"{{order.Reference}}","amount":{{order.AmountMinor}},"currencyCode":"USD"{{kind}},"paymentAllocations":[{"amount":{{order.AmountMinor}},"paymentMethodId":"{{method}}"}]}""");
    }

    /// <summary>Reads it.</summary>
    public static Ask Read(Order order, string id) => new(CallKind.Read, order.Contract == Contract.Payhub ? $"{Payhub}/{id}" : $"/v2/payments/{id}");

    /// <summary>Cancels it.</summary>
    /// <param name="order">The order.</param>
    /// <param name="id">Its id.</param>
    /// <param name="number">Chooses the reason.</param>
    public static Ask Cancel(Order order, string id, int number)
    {
        if (order.Contract == Contract.Payhub)
            return new Ask(CallKind.Cancel, $"{Payhub}/{id}", """{"Status":"canceled"}""");

        var reason = Reasons[number % Reasons.Length];
        var message = $"cancel {number}";
        return new Ask(CallKind.Cancel, $"/v2/payments/{id}/cancel",
            $$"""{"paymentCancellationReason":"{{reason}}","paymentCancellationMessage":"{{message}}"}""", $"{reason}: {message}");
    }

    /// <summary>The ids in the answer to a create; null when it has none.</summary>
    public static (string Id, string? AllocationId)? Ids(Attempt created, Contract contract)
    {
        try
        {
            using var document = JsonDocument.Parse(created.Body);
            if (contract == Contract.Payhub)
                return ($"{document.RootElement.GetProperty("PaymentRequestId").GetInt64()}", null);
            var data = document.RootElement.GetProperty("data");
            return (data.GetProperty("id").GetString()!, data.GetProperty("paymentAllocations")[0].GetProperty("id").GetString());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
