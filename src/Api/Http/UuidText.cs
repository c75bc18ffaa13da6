namespace Payments.Api.Http;

/// <summary>Parses a UUID in its one text form, 8-4-4-4-12 hex digits; the framework's parser also takes spaces, signs and <c>0x</c>.</summary>
internal static class UuidText
{
    private const int Length = 36;

    public static bool TryParse(string? text, out Guid uuid)
    {
        uuid = default;
        if (text is not { Length: Length })
            return false;
        for (var index = 0; index < Length; index++)
        {
            if (index is 8 or 13 or 18 or 23 ? text[index] != '-' : !char.IsAsciiHexDigit(text[index]))
                return false;
        }
        return Guid.TryParseExact(text, "D", out uuid);
    }
}
