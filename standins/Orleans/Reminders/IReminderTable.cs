using Orleans.Runtime;

namespace Orleans;

/// <summary>The durable store of reminders.</summary>
public interface IReminderTable
{
    Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    Task<ReminderTableData> ReadRows(GrainId grainId);

    /// <summary>The reminders whose grain's uniform hash is greater than <paramref name="begin"/> and not greater than
    /// <paramref name="end"/>, around the end of the ring; all of them when both are equal.</summary>
    Task<ReminderTableData> ReadRows(uint begin, uint end);

    Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName);

    /// <returns>The new ETag, or <see langword="null"/> if another writer won.</returns>
    Task<string?> UpsertRow(ReminderEntry entry);

    /// <returns><see langword="false"/> when there is no such row with this ETag.</returns>
    Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

    Task TestOnlyClearTable();

    Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}

/// <summary>Rows of the table.</summary>
public sealed class ReminderTableData
{
    public ReminderTableData() => Reminders = [];

    public ReminderTableData(ReminderEntry entry) => Reminders = [entry];

    public ReminderTableData(IEnumerable<ReminderEntry> list) => Reminders = new List<ReminderEntry>(list);

    public IList<ReminderEntry> Reminders { get; private set; }
}

/// <summary>One row of the table.</summary>
public sealed class ReminderEntry
{
    public GrainId GrainId { get; set; }

    public string ReminderName { get; set; } = null!;

    /// <summary>The first tick, UTC; later ones follow at multiples of the period.</summary>
    public DateTime StartAt { get; set; }

    public TimeSpan Period { get; set; }

    public string? ETag { get; set; }

    public override string ToString() => $"<GrainId={GrainId} ReminderName={ReminderName} Period={Period}>";
}
