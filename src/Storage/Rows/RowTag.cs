using System.Globalization;

namespace Payments.Storage.Rows;

/// <summary>What a row must still be for a write to apply; the grain sees it as ETag <c>version-token</c>.</summary>
/// <remarks>The version alone would not do: after clear and create, or after a failover that lost a commit, the same version can come
/// back with another content. The token is random per write.</remarks>
/// <param name="Version">1 for a new row, then one more with every write.</param>
/// <param name="Token">The token of the write that made this version.</param>
public readonly record struct RowTag(long Version, long Token)
{
    /// <summary>The ETag text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version}-{Token:x16}");

    /// <summary>Reads an ETag text back.</summary>
    public static bool TryParse(string? text, out RowTag tag)
    {
        tag = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash <= 0
            || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var token))
            return false;
        tag = new RowTag(version, token);
        return true;
    }
}
