using System.Text.Json;
using Npgsql;
using Payments.Chaos.Checking;

namespace Payments.Chaos.Collect;

/// <summary>Reads the rows with plain SQL and their documents as plain JSON.</summary>
internal sealed class DatabaseReader(string connectionString) : IAsyncDisposable
{
    // A row that waits: for a provider's answer, for its webhook, or because a create or a cancel is under way. A webhook whose next attempt is
    // further away than anybody waits here is judged as it is.
    private const string Waiting = """
        SELECT grain_type || ' ' || status, count(*) FROM grain_state
        WHERE (grain_type = 'payment' AND (status IN ('INITIATED', 'PENDING', 'PROCESSING', 'CANCEL_INITIALIZED')
                 OR (status IN ('CANCELLED', 'COMPLETED', 'FAILED') AND due_at < now() + interval '7 minutes')))
           OR (grain_type = 'payment-request' AND (status = 'CANCEL_PENDING' OR (status = 'SUBMITTED' AND due_at < now() + interval '1 minute')))
        GROUP BY 1 ORDER BY 1
        """;

    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });

    /// <summary>How many rows wait for something, by type and state.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountWaitingAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(Waiting);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new SortedDictionary<string, long>();
        while (await reader.ReadAsync(cancellationToken))
            counts[reader.GetString(0)] = reader.GetInt64(1);
        return counts;
    }

    /// <summary>Every payment and payment request, and the database's time.</summary>
    public async Task<(IReadOnlyList<StoredRow> Rows, DateTimeOffset At)> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            "SELECT grain_type, status, due_at, document::text, merchant_id, now() FROM grain_state WHERE grain_type IN ('payment', 'payment-request')");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<StoredRow>();
        var at = DateTimeOffset.MinValue;
        while (await reader.ReadAsync(cancellationToken))
        {
            var contract = reader.GetString(0) == "payment" ? Contract.Payments : Contract.Payhub;
            var dueAt = reader.IsDBNull(2) ? (DateTimeOffset?)null : reader.GetFieldValue<DateTimeOffset>(2);
            using var document = JsonDocument.Parse(reader.GetString(3));
            rows.Add(Read(document.RootElement, contract, reader.GetString(1), dueAt, reader.GetGuid(4)));
            at = reader.GetFieldValue<DateTimeOffset>(5);
        }

        return (rows, at);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static StoredRow Read(JsonElement document, Contract contract, string status, DateTimeOffset? dueAt, Guid merchant) => new()
    {
        Id = document.GetProperty("Id").ToString(),
        Contract = contract,
        Reference = Text(document, contract == Contract.Payments ? "MerchantTransactionId" : "Description") ?? "",
        Merchant = merchant,
        Status = status,
        AmountMinor = document.GetProperty("AmountMinor").GetInt64(),
        DueAt = dueAt,
        ProviderObjectId = document.TryGetProperty(contract == Contract.Payments ? "Intent" : "Klarna", out var known) ? Text(known, "Id") : null,
        Outbox = [.. Items(document, "Outbox").Select(ReadWebhook)],
        Audit = [.. Items(document, "Audit").Select(ReadAudit)],
    };

    private static StoredWebhook ReadWebhook(JsonElement entry) => new(
        Text(entry, "Id")!, Text(entry, "Event")!, entry.GetProperty("Attempts").GetInt32(), entry.GetProperty("NextAttemptAt").GetDateTimeOffset(),
        entry.TryGetProperty("DeadLetteredAt", out var at) && at.ValueKind != JsonValueKind.Null);

    private static StoredAudit ReadAudit(JsonElement entry) => new(
        entry.GetProperty("At").GetDateTimeOffset(), Text(entry, "Actor") ?? "", Text(entry, "Event") ?? "", Text(entry, "Status") ?? "",
        Text(entry, "Detail"), Text(entry, "OperationKey"));

    private static List<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Array ? [.. found.EnumerateArray()] : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
}
