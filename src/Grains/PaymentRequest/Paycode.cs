using System.Globalization;

namespace Payments.Grains.PaymentRequest;

/// <summary>Names a payment request on paper: a creditor reference as ISO 11649 defines it, <c>RF</c>, two check digits and up to 21 characters.</summary>
public static class Paycode
{
    /// <summary>The creditor reference of a payment request.</summary>
    public static string For(long paymentRequestId)
    {
        var reference = paymentRequestId.ToString("D10", CultureInfo.InvariantCulture);

        // R = 27, F = 15, check digits 00 while they are being computed: mod 97 over the rearranged number.
        var remainder = Remainder(reference + "271500");
        return $"RF{98 - remainder:D2}{reference}";
    }

    private static int Remainder(string digits)
    {
        var remainder = 0;
        foreach (var digit in digits)
            remainder = (remainder * 10 + (digit - '0')) % 97;
        return remainder;
    }
}
