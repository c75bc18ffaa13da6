using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orleans.Runtime;
using Payments.Storage.GroupCommit;
using Payments.Storage.Rows;

namespace Payments.Storage.Telemetry;

/// <summary>The instruments and spans of the write path, and the totals behind <see cref="IStorageStatistics"/>.</summary>
/// <remarks>
/// One commit serves many callers, so it can be the child of none. Each caller has a span of its own, <c>storage.write</c>, which lasts until its
/// row is durable; <c>storage.commit</c> is a trace of its own that links to the writes it serves, and each of them links back. Only a commit that
/// serves one single write is that write's child.
/// </remarks>
public sealed class StorageTelemetry : IDisposable
{
    internal static readonly ActivitySource Activities = new(StorageNames.Telemetry);

    // More would only be dropped by the exporter, whose default limit this is (OTEL_SPAN_LINK_COUNT_LIMIT).
    private const int LinksMax = 128;
    private const string TraceParentKey = "traceparent";

    private readonly Meter _meter;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _failures;
    private readonly Histogram<int> _rowsPerCommit;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<double> _writeDuration;
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
        _rowsPerCommit = _meter.CreateHistogram(
            "payments.storage.rows_per_commit",
            "{row}",
            "Rows grouped in one commit.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };
        _commitDuration = _meter.CreateHistogram(
            "payments.storage.commit.duration", "s", "From taking a batch to its durable commit.", advice: seconds);
        _writeDuration = _meter.CreateHistogram(
            "payments.storage.write.duration", "s", "From asking for a write to its durable commit, as the caller sees it.", advice: seconds);
        _meter.CreateObservableUpDownCounter("payments.storage.queue.length", () => _queueLength(), "{write}", "Writes that wait for a writer.");
    }

    internal long RowsTotal => Volatile.Read(ref _rowsTotal);

    internal long CommitsTotal => Volatile.Read(ref _commitsTotal);

    internal long ConflictsTotal => Volatile.Read(ref _conflictsTotal);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>The span of one read, below whoever asked for it. An activation reads its state before the call that caused it begins; then the
    /// call's own context is known from what travels with it.</summary>
    internal static Activity? StartRead(RowKey key)
    {
        if (!Activities.HasListeners())
            return null;
        ActivityContext parent = default;
        if (Activity.Current is null && !ActivityContext.TryParse(RequestContext.Get(TraceParentKey) as string, null, isRemote: true, out parent))
            return null;
        return Describe(Activities.StartActivity("storage.read", ActivityKind.Internal, parent), key);
    }

    /// <summary>The span of one write as its caller sees it.</summary>
    internal static Activity? StartWrite(RowWrite row) => Activity.Current is null
        ? null
        : Describe(Activities.StartActivity("storage.write"), row.Key)?.SetTag("payments.storage.operation", row.Operation.ToString().ToLowerInvariant());

    /// <summary>The span of a commit, when anybody records one of its writes.</summary>
    internal static Activity? StartCommit(PendingWrite[] writes)
    {
        if (!Activities.HasListeners())
            return null;
        var recorded = Array.FindAll(writes, static write => write.Span is { Recorded: true });
        if (recorded.Length == 0)
            return null;
        var commit = writes.Length == 1
            ? Activities.StartActivity("storage.commit", ActivityKind.Internal, recorded[0].Span!.Context)
            : StartShared(recorded);
        return commit?.SetTag("db.operation.batch.size", writes.Length);
    }

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

    internal void Written(TimeSpan duration) => _writeDuration.Record(duration.TotalSeconds);

    internal void Retried() => _retries.Add(1);

    internal void Failed(int writes) => _failures.Add(writes);

    private static Activity? StartShared(PendingWrite[] writes)
    {
        var links = writes.Take(LinksMax).Select(static write => new ActivityLink(write.Span!.Context));
        var commit = Activities.StartActivity("storage.commit", ActivityKind.Internal, parentContext: default, links: links);
        if (commit is { Recorded: true })
        {
            foreach (var write in writes)
                write.Span!.AddLink(new ActivityLink(commit.Context));
        }

        return commit;
    }

    private static Activity? Describe(Activity? activity, RowKey key) => activity is { IsAllDataRequested: true }
        ? activity.SetTag("payments.storage.state", key.StateName).SetTag("payments.storage.key", $"{key.GrainType}/{key.GrainKey}")
        : activity;
}
