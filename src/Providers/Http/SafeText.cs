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
        var cut = Cut(text, 2 * LengthMax);
        var clean = CardNumber().Replace(Secret().Replace(Control().Replace(cut, " "), Mask), Mask);
        return Cut(clean, LengthMax);
    }

    /// <summary>At most so many characters of a text; a character of two halves is left out as a whole.</summary>
    public static string Cut(string text, int lengthMax)
    {
        if (text.Length <= lengthMax)
            return text;
        return text[..(char.IsHighSurrogate(text[lengthMax - 1]) ? lengthMax - 1 : lengthMax)];
    }

    [GeneratedRegex(@"\b(?:sk|rk|pk|ek|whsec)_[\w*+/=-]+|\bklarna_(?:live|test)_api_[^\s""']+|_secret_\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\b\d(?:[ -]?\d){12,18}\b", RegexOptions.CultureInvariant)]
    private static partial Regex CardNumber();

    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}]", RegexOptions.CultureInvariant)]
    private static partial Regex Control();
}
