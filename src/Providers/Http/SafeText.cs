using System.Text.RegularExpressions;

namespace Payments.Providers;

/// <summary>Makes text from outside fit for logs and the audit trail.</summary>
internal static partial class SafeText
{
    private const int LengthMax = 300;
    private const string Mask = "***";

    /// <summary>The text with keys and card-like numbers masked, control characters as spaces, cut at 300 characters; "" for null.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        // Cut before the expressions see it, with room for a mask to shrink what straddles the end.
        var cut = text.Length <= 2 * LengthMax ? text : text[..(2 * LengthMax)];
        var clean = CardNumber().Replace(Secret().Replace(Control().Replace(cut, " "), Mask), Mask);
        return clean.Length <= LengthMax ? clean : clean[..LengthMax];
    }

    [GeneratedRegex(@"\b(?:sk|rk|pk|ek|whsec)_[\w*+/=-]+|\bklarna_(?:live|test)_api_[^\s""']+|_secret_\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\b\d(?:[ -]?\d){12,18}\b", RegexOptions.CultureInvariant)]
    private static partial Regex CardNumber();

    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}]", RegexOptions.CultureInvariant)]
    private static partial Regex Control();
}
