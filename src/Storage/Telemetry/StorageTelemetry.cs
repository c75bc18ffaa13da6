using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Payments.Storage.Telemetry;

/// <summary>The instruments of the write path, and the totals behind <see cref="IStorageStatistics"/>.</summary>
public sealed class StorageTelemetry : IDisposable
{
    internal static readonly ActivitySource Activities = new(StorageNames.Telemetry);

    private readonly Meter _meter;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _failures;
    private readonly Histogram<int> _rowsPerCommit;
    private readonly Histogram<double> _commitDuration;
    private Func<int> _queueLength = static () => 0;
    private long _rowsTotal;
    private long _commitsTotal;
    private long _conflictsTotal;

    /// <summary>Creates the instruments, by the host's factory when there is one.</summary>
    public StorageTelemetry(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(StorageNames.Telemetry) ?? new Meter(StorageNames.Telemetry);
        _rows = _meter.CreateCounter<long>("payments.storage.rows", "{row}", "Rows written or deleted.");
        _commits = _meter.CreateCounter<long>("payments.storage.commits", "{commit}", "Commits that wrote them.");
        _conflicts = _meter.CreateCounter<long>("payments.storage.conflicts", "{write}", "Writes that lost a compare-and-swap.");
        _retries = _meter.CreateCounter<long>("payments.storage.retries", "{batch}", "Batches written again after a transient failure.");
        _failures = _meter.CreateCounter<long>("payments.storage.failures", "{write}", "Writes reported as failed, conflicts not counted.");
        _rowsPerCommit = _meter.CreateHistogram<int>("payments.storage.rows_per_commit", "{row}", "Rows grouped in one commit.");
        _commitDuration = _meter.CreateHistogram<double>("payments.storage.commit.duration", "s", "From taking a batch to its durable commit.");
        _meter.CreateObservableUpDownCounter("payments.storage.queue.length", () => _queueLength(), "{write}", "Writes that wait for a writer.");
    }

    internal long RowsTotal => Volatile.Read(ref _rowsTotal);

    internal long CommitsTotal => Volatile.Read(ref _commitsTotal);

    internal long ConflictsTotal => Volatile.Read(ref _conflictsTotal);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void ObserveQueue(Func<int> length) => _queueLength = length;

    internal void Committed(int applied, int conflicts, TimeSpan duration)
    {
        if (applied > 0)
        {
            Interlocked.Add(ref _rowsTotal, applied);
            Interlocked.Increment(ref _commitsTotal);
            _rows.Add(applied);
            _commits.Add(1);
            _rowsPerCommit.Record(applied);
            _commitDuration.Record(duration.TotalSeconds);
        }

        if (conflicts == 0)
            return;
        Interlocked.Add(ref _conflictsTotal, conflicts);
        _conflicts.Add(conflicts);
    }

    internal void Retried() => _retries.Add(1);

    internal void Failed(int writes) => _failures.Add(writes);
}
