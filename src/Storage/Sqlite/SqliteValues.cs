using System.Globalization;

namespace Payments.Storage.Sqlite;

/// <summary>How values look in SQLite's columns.</summary>
internal static class SqliteValues
{
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>UTC text with microseconds, the same length always, so that text order is time order.</summary>
    public static string FromInstant(DateTimeOffset instant) => instant.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture);

    /// <summary>The reverse.</summary>
    public static DateTimeOffset ToInstant(string text) => DateTimeOffset.ParseExact(
        text, InstantFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
