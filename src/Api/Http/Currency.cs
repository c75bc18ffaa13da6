using System.Collections.Frozen;

namespace Payments.Api.Http;

/// <summary>A currency and its minor unit (ISO 4217).</summary>
/// <param name="Code">Alphabetic code, upper case.</param>
/// <param name="Digits">Decimals of an amount.</param>
internal sealed record Currency(string Code, int Digits)
{
    private const string WithoutMinorUnit = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";

    private const string WithThousandths = "BHD IQD JOD KWD LYD OMR TND";

    private const string WithHundredths =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK "
        + "DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK "
        + "LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR "
        + "RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES "
        + "WST XCD XCG YER ZAR ZMW ZWG";

    private static readonly FrozenDictionary<string, Currency> Known = Table(WithoutMinorUnit, 0)
        .Concat(Table(WithHundredths, 2))
        .Concat(Table(WithThousandths, 3))
        .ToFrozenDictionary(currency => currency.Code, StringComparer.Ordinal);

    /// <summary>Minor units in one major unit.</summary>
    public decimal MinorPerMajor => Digits switch { 0 => 1m, 2 => 100m, _ => 1000m };

    /// <summary>Every known currency.</summary>
    public static IEnumerable<Currency> All => Known.Values;

    public static bool TryFind(string code, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Currency? currency) =>
        Known.TryGetValue(code, out currency);

    /// <summary>An amount in major units with the currency's decimals, also where they are zero.</summary>
    public decimal ToMajor(long minor) => minor * (Digits switch { 0 => 1m, 2 => 0.01m, _ => 0.001m });

    private static IEnumerable<Currency> Table(string codes, int digits) => codes.Split(' ').Select(code => new Currency(code, digits));
}
