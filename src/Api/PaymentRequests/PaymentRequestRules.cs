using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Payments.Api.Http;

namespace Payments.Api.PaymentRequests;

/// <summary>What a Payhub create is checked against beyond its form.</summary>
internal sealed class PaymentRequestRules(IOptions<PaymentsApiOptions> options)
{
    private readonly FrozenSet<string>? _currencies = options.Value.PaymentRequestCurrencies?.ToFrozenSet(StringComparer.Ordinal);

    public bool Takes(string currencyCode, [NotNullWhen(true)] out Currency? currency) =>
        Currency.TryFind(currencyCode, out currency) && (_currencies is null || _currencies.Contains(currencyCode));
}
