using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace Payments.Api.Idempotency;

/// <summary>Reads the header <c>Idempotency-Key</c> (api-facts §6): a structured-field string in quotes, or the same text bare, as many
/// clients send it.</summary>
internal static class IdempotencyKeyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>Says in a replayed answer that it is one.</summary>
    public const string ReplayedName = "Idempotent-Replayed";

    /// <summary>Longest key, without quotes.</summary>
    public const int LengthMax = 255;

    /// <summary>The rule, for people.</summary>
    public static readonly string Rule = $"{Name} must be 1 to {LengthMax} visible ASCII characters, once, bare or in double quotes";

    /// <summary>Reads a present header.</summary>
    /// <returns>False when it breaks <see cref="Rule"/>.</returns>
    public static bool TryParse(StringValues header, [NotNullWhen(true)] out string? key)
    {
        key = null;
        if (header is not [{ } value])
            return false;
        var text = value.StartsWith('"') ? Unquote(value) : value;
        if (text is not { Length: > 0 and <= LengthMax } || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return false;
        key = text;
        return true;
    }

    // RFC 9651 §4.2.5: a backslash stands before a quote or a backslash, and before nothing else.
    private static string? Unquote(string value)
    {
        var text = new char[value.Length];
        var length = 0;
        for (var index = 1; index < value.Length; index++)
        {
            var character = value[index];
            if (character == '"')
                return index == value.Length - 1 ? new string(text, 0, length) : null;
            if (character == '\\' && (++index == value.Length || (character = value[index]) is not ('"' or '\\')))
                return null;
            text[length++] = character;
        }
        return null;
    }
}
