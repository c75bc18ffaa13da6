using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Storage;
using Payments.Storage.Postgres;
using Payments.Storage.Rows;

namespace Payments.Storage.AdoNet;

/// <summary>The state that Orleans' ADO.NET storage is given: a row of <c>grain_state</c>, without its key.</summary>
internal sealed class RowPayload
{
    /// <summary>What goes into columns.</summary>
    public RowColumns Columns { get; init; } = new();

    /// <summary>UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }
}

/// <summary>The first line of a payload. Its names are those of the columns (deploy/sql/0003_grain_storage.sql).</summary>
internal sealed record RowColumns
{
    [JsonPropertyName("token")]
    public long Token { get; init; }

    [JsonPropertyName("state_version")]
    public int StateVersion { get; init; }

    [JsonPropertyName("slot")]
    public int Slot { get; init; }

    [JsonPropertyName("merchant_id")]
    public Guid? MerchantId { get; init; }

    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>Whole microseconds: PostgreSQL would round.</summary>
    [JsonPropertyName("due_at")]
    public DateTime? DueAt { get; init; }

    [JsonPropertyName("created_at")]
    public DateTime? CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public DateTime UpdatedAt { get; init; }

    [JsonPropertyName("waits_for")]
    public string? WaitsFor { get; init; }

    [JsonPropertyName("waits_since")]
    public DateTime? WaitsSince { get; init; }

    /// <summary>The columns of a write.</summary>
    public static RowColumns Of(RowWrite write, DateTimeOffset now) => new()
    {
        Token = write.Token,
        StateVersion = RowWrite.StateVersion,
        Slot = write.Slot,
        MerchantId = write.MerchantId,
        Status = write.Status,
        DueAt = write.DueAt is { } due ? PostgresValues.ToMicroseconds(due) : null,
        CreatedAt = write.CreatedAt is { } created ? PostgresValues.ToMicroseconds(created) : null,
        UpdatedAt = PostgresValues.ToMicroseconds(now),
        WaitsFor = write.WaitsFor,
        WaitsSince = write.WaitsSince is { } since ? PostgresValues.ToMicroseconds(since) : null,
    };
}

/// <summary>A payload in bytes: the columns as one line of JSON, then the document as it is.</summary>
internal sealed class RowPayloadSerializer : IGrainStorageSerializer
{
    private const byte EndOfLine = (byte)'\n';

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input)
    {
        var payload = input as RowPayload ?? throw new ArgumentException($"{typeof(T)} is no row.", nameof(input));
        var columns = JsonSerializer.SerializeToUtf8Bytes(payload.Columns);
        var bytes = new byte[columns.Length + 1 + payload.Document.Length];
        columns.CopyTo(bytes, 0);
        bytes[columns.Length] = EndOfLine;
        payload.Document.Span.CopyTo(bytes.AsSpan(columns.Length + 1));
        return new BinaryData(bytes);
    }

    /// <inheritdoc/>
    public T? Deserialize<T>(BinaryData input)
    {
        var bytes = input.ToMemory();
        var end = bytes.Span.IndexOf(EndOfLine);
        var columns = JsonSerializer.Deserialize<RowColumns>(bytes.Span[..end]) ?? new RowColumns();
        return (T)(object)new RowPayload { Columns = columns, Document = bytes[(end + 1)..] };
    }
}
