using System.Globalization;
using Orleans;
using Orleans.Runtime;
using Payments.Storage.Rows;

namespace Payments.Storage.Reminders;

/// <summary>Orleans' reminder table on the same database as the grains.</summary>
public sealed class SqlReminderTable(IReminderStore store, Random? random = null) : IReminderTable
{
    private readonly Random _random = random ?? Random.Shared;

    /// <summary>Nothing to do: migrations have run before the silo starts.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<ReminderTableData> ReadRows(GrainId grainId)
    {
        var key = RowKey.Of("", grainId);
        return ToTable(await store.ReadGrainAsync(key.GrainType, key.GrainKey, name: null, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async Task<ReminderTableData> ReadRows(uint begin, uint end) => ToTable(await store.ReadRangeAsync(begin, end, CancellationToken.None));

    /// <inheritdoc/>
    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var key = RowKey.Of(reminderName, grainId);
        var rows = await store.ReadGrainAsync(key.GrainType, key.GrainKey, reminderName, CancellationToken.None);
        return rows.Count == 0 ? null : ToEntry(rows[0]);
    }

    /// <inheritdoc/>
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var key = RowKey.Of(entry.ReminderName, entry.GrainId);
        // Random rather than counted: after remove and register a count would come back, and an old handle could remove the new reminder.
        var etag = _random.NextInt64();
        // Orleans means UTC, whatever the kind says.
        var startAt = new DateTimeOffset(DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc));
        await store.UpsertAsync(
            new ReminderRow(key.GrainType, key.GrainKey, entry.ReminderName, entry.GrainId.GetUniformHashCode(), startAt, entry.Period, etag),
            CancellationToken.None);
        return Format(etag);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        var key = RowKey.Of(reminderName, grainId);
        return long.TryParse(eTag, NumberStyles.None, CultureInfo.InvariantCulture, out var etag)
            ? store.RemoveAsync(key.GrainType, key.GrainKey, reminderName, etag, CancellationToken.None)
            : Task.FromResult(false);
    }

    /// <inheritdoc/>
    public Task TestOnlyClearTable() => store.ClearAsync(CancellationToken.None);

    private static ReminderTableData ToTable(IReadOnlyList<ReminderRow> rows) => new(rows.Select(ToEntry));

    private static ReminderEntry ToEntry(ReminderRow row) => new()
    {
        GrainId = GrainId.Create(row.GrainType, row.GrainKey),
        ReminderName = row.Name,
        StartAt = row.StartAt.UtcDateTime,
        Period = row.Period,
        ETag = Format(row.ETag),
    };

    private static string Format(long etag) => etag.ToString(CultureInfo.InvariantCulture);
}
