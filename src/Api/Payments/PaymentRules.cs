using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Payments.Api.Payments;

/// <summary>What a v2 create is checked against beyond its form.</summary>
internal sealed class PaymentRules(IOptions<PaymentsApiOptions> options)
{
    private readonly FrozenSet<string> _currencies = (options.Value.PaymentCurrencies ?? ["USD"]).ToFrozenSet(StringComparer.Ordinal);

    public bool Takes(string currencyCode) => _currencies.Contains(currencyCode);
}
