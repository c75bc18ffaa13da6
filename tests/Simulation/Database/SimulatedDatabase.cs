using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Simulation.Engine;
using Payments.Simulation.Running;
using Payments.Storage.Rows;

namespace Payments.Simulation.Database;

/// <summary>The one thing that every crash leaves as it is: rows under compare-and-swap, committed in batches, and the log of what was committed.</summary>
internal sealed class SimulatedDatabase(World world, Defects defects)
{
    private readonly Dictionary<RowKey, Row> rows = [];
    private readonly Dictionary<RowKey, List<Commit>> log = [];
    private readonly SortedSet<(DateTimeOffset Due, int Number, RowKey Key)> due = new(Comparer<(DateTimeOffset Due, int Number, RowKey Key)>.Create(
        static (left, right) => left.Due != right.Due ? left.Due.CompareTo(right.Due) : left.Number.CompareTo(right.Number)));

    private int lastNumber;

    public IReadOnlyDictionary<RowKey, Row> Rows => rows;

    /// <summary>The rows that something must wake, soonest first.</summary>
    public IEnumerable<RowKey> Due => due.Select(static entry => entry.Key);

    public DateTimeOffset? NextDue => due.Count == 0 ? null : due.Min.Due;

    public IReadOnlyList<Commit> LogOf(RowKey key) => log.GetValueOrDefault(key) ?? [];

    /// <summary>How often a row has changed its status.</summary>
    public int Changes { get; private set; }

    public StoredRow? Read(RowKey key) =>
        rows.TryGetValue(key, out var row) ? new StoredRow(row.Tag, RowWrite.StateVersion, row.Write.Document) : null;

    public RowOutcome[] Apply(IReadOnlyList<RowWrite> batch)
    {
        var outcomes = new RowOutcome[batch.Count];
        for (var i = 0; i < outcomes.Length; i++)
            outcomes[i] = Apply(batch[i]);
        return outcomes;
    }

    /// <summary>As if another activation had written the row just as it was.</summary>
    /// <returns>False when there is no row.</returns>
    public bool Touch(RowKey key)
    {
        if (!rows.TryGetValue(key, out var row))
            return false;
        row.Write = row.Write with { Operation = RowOperation.Update, Expected = row.Tag, Token = world.Random.NextInt64() };
        return true;
    }

    public IReadOnlyList<GrainId> ReadDue(int shard, int shards, DateTimeOffset now, int limit)
    {
        var found = new List<GrainId>();
        foreach (var (at, _, key) in due)
        {
            if (at > now || found.Count == limit)
                break;
            if (rows[key].Write.Slot % shards == shard)
                found.Add(GrainId.Create(key.GrainType, key.GrainKey));
        }

        return found;
    }

    public IReadOnlyList<ListedRow> ReadListed(string grainType, string stateName, MerchantQuery query) =>
    [
        .. rows.Where(row => row.Key.GrainType == grainType && row.Key.StateName == stateName
                && row.Value.Write is { CreatedAt: not null } write && write.MerchantId == query.MerchantId
                && (query.StatusText is null || query.StatusText == write.Status))
            .OrderByDescending(static row => row.Value.Write.CreatedAt)
            .ThenByDescending(static row => row.Key.GrainKey, StringComparer.Ordinal)
            .Take(query.Limit)
            .Select(row => new ListedRow(row.Key.GrainKey, row.Value.Write.CreatedAt!.Value, Read(row.Key)!)),
    ];

    private RowOutcome Apply(RowWrite write)
    {
        var row = rows.GetValueOrDefault(write.Key);
        RowTag? expected = write.Operation == RowOperation.Create ? null : write.Expected;
        if (row?.Tag != expected && !defects.HasFlag(Defects.DatabaseIgnoresTags))
            return RowOutcome.FromStored(write, row?.Tag);
        if (defects.HasFlag(Defects.DatabaseLosesWrites) && world.Chance(0.01))
            return RowOutcome.Done;

        if (row?.Write.Status != write.Status)
            Changes++;
        if (row?.Write.DueAt is { } before)
            due.Remove((before, row.Number, write.Key));
        if (write.Operation == RowOperation.Delete)
        {
            rows.Remove(write.Key);
        }
        else
        {
            if (row is null)
                rows[write.Key] = row = new Row(++lastNumber, write);
            row.Write = write;
            if (write.DueAt is { } at)
                due.Add((at, row.Number, write.Key));
        }

        (log.TryGetValue(write.Key, out var commits) ? commits : log[write.Key] = []).Add(new Commit(world.Now, write));
        world.Trace?.Write(world, "database", $"{write.Operation} {write.Key} v{write.Result.Version} {write.Status} due {write.DueAt:MM-dd HH:mm:ss}");
        return RowOutcome.Done;
    }
}
