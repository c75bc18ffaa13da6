using System.Globalization;
using Orleans.Runtime;
using Payments.Simulation.Engine;
using Payments.Simulation.Faults;

namespace Payments.Simulation.Database;

/// <summary>The durable table of reminders, as every silo reaches it.</summary>
internal sealed class SimulatedReminders(World world, FaultPlan faults) : IReminderTable
{
    private readonly Dictionary<(GrainId Grain, string Name), ReminderEntry> rows = [];
    private long version;

    public int Count => rows.Count;

    public Task<ReminderTableData> ReadRows(GrainId grainId) =>
        AnswerAsync(() => new ReminderTableData(rows.Values.Where(row => row.GrainId == grainId).Select(Copy)));

    // A silo of its own believes to own the whole ring.
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => AnswerAsync(() => new ReminderTableData(rows.Values.Select(Copy)));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        AnswerAsync(() => rows.TryGetValue((grainId, reminderName), out var row) ? Copy(row) : null);

    public Task<string?> UpsertRow(ReminderEntry entry) => AnswerAsync<string?>(() =>
    {
        var row = Copy(entry);
        row.ETag = (++version).ToString(CultureInfo.InvariantCulture);
        rows[(entry.GrainId, entry.ReminderName)] = row;
        return row.ETag;
    });

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        AnswerAsync(() => rows.TryGetValue((grainId, reminderName), out var row) && row.ETag == eTag && rows.Remove((grainId, reminderName)));

    public Task TestOnlyClearTable() => throw new NotSupportedException("Reminders outlive every silo.");

    private static ReminderEntry Copy(ReminderEntry entry) => new()
    {
        GrainId = entry.GrainId,
        ReminderName = entry.ReminderName,
        StartAt = entry.StartAt,
        Period = entry.Period,
        ETag = entry.ETag,
    };

    private Task<T> AnswerAsync<T>(Func<T> atDatabase)
    {
        var fails = faults.Hit(Fault.DatabaseReadError, 0.5);
        var answer = new TaskCompletionSource<T>();
        world.After(world.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(4)), () =>
        {
            if (fails)
                answer.SetException(new IOException("connection lost"));
            else
                answer.SetResult(atDatabase());
        });
        return answer.Task;
    }
}
