using Npgsql;
using NpgsqlTypes;

namespace Payments.Storage.Postgres;

/// <summary>Parameters by position, each with its type named: Npgsql guesses nothing and prepares once.</summary>
internal static class PostgresValues
{
    public static void AddArray<T>(this NpgsqlParameterCollection parameters, NpgsqlDbType element, T[] values) =>
        parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element });

    public static void AddScalar<T>(this NpgsqlParameterCollection parameters, NpgsqlDbType type, T value) =>
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });

    /// <summary>PostgreSQL keeps microseconds and would round; rounding up would make a grain due later than asked.</summary>
    public static DateTime ToMicroseconds(DateTimeOffset instant)
    {
        var utc = instant.UtcDateTime;
        return new DateTime(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
    }
}
