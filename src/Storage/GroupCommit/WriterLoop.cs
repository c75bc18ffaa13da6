using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Payments.Storage.Rows;
using Payments.Storage.Telemetry;

namespace Payments.Storage.GroupCommit;

/// <summary>One writer: takes all that is queued, commits it, answers every caller, again. A batch forms while the one before it is being
/// committed.</summary>
/// <remarks>
/// When a connection breaks, nobody knows whether its batch was committed, and the server may even still be working on it. The same batch
/// is then written again on a new connection, with the same tokens. That settles each row, whatever became of the first attempt: either
/// the second attempt applies, and a late first one fails its compare-and-swap; or it meets a row that carries the write's own token, and
/// then the first one did commit; or it meets another's row, and the caller is told of the conflict. (If another writer has already gone
/// past our committed write, the caller hears of a conflict too, and rereads.) Only when <see cref="StorageOptions.WriteTimeout"/> ends before that are callers told that the outcome is unknown.
/// </remarks>
internal sealed partial class WriterLoop(
    IStateStore store,
    StorageOptions options,
    StorageTelemetry telemetry,
    TimeProvider time,
    ILogger logger,
    CancellationToken abort)
{
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromSeconds(1);

    private readonly Channel<PendingWrite> _queue = Channel.CreateBounded<PendingWrite>(
        new BoundedChannelOptions(options.QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private IRowWriter? _writer;

    public ChannelWriter<PendingWrite> Queue => _queue.Writer;

    public int QueueLength => _queue.Reader.Count;

    /// <summary>Runs until the queue is completed and empty.</summary>
    public async Task RunAsync()
    {
        var batch = new WriteBatch(_queue.Reader, options.MaxBatch, options.MaxBatchBytes);
        while (batch.HasCarried || await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Fill();
            try
            {
                await CommitTakenAsync(batch.Writes);
            }
            catch (Exception exception)
            {
                // A defect must not leave callers without an answer, nor the queue without a reader.
                LogDefect(exception);
                Fail(batch.Writes, outcomeUnknown: true, exception);
                await DropWriterAsync();
            }
        }

        await DropWriterAsync();
    }

    private async Task CommitTakenAsync(IReadOnlyList<PendingWrite> taken)
    {
        var inTime = new List<PendingWrite>(taken.Count);
        var late = new List<PendingWrite>();
        foreach (var write in taken)
            (time.GetElapsedTime(write.QueuedAt) < options.WriteTimeout ? inTime : late).Add(write);
        Fail(late, outcomeUnknown: false, new TimeoutException("It waited in the queue for longer than the write timeout."));
        if (inTime.Count == 0)
            return;
        using var deadline = new CancellationTokenSource(options.WriteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, abort);
        await CommitAsync([.. inTime], attempted: false, either.Token);
    }

    private async Task CommitAsync(PendingWrite[] writes, bool attempted, CancellationToken deadline)
    {
        using var activity = StorageTelemetry.StartCommit(writes);
        var started = time.GetTimestamp();
        var rows = Array.ConvertAll(writes, static write => write.Row);
        for (var attempt = 0; ; attempt++)
        {
            var sent = false;
            try
            {
                deadline.ThrowIfCancellationRequested();
                _writer ??= await store.OpenWriterAsync(deadline);
                sent = true;
                var outcomes = await _writer.WriteAsync(rows, time.GetUtcNow(), deadline);
                Answer(writes, outcomes, attempted, time.GetElapsedTime(started));
                return;
            }
            catch (Exception exception)
            {
                var failure = deadline.IsCancellationRequested ? StoreFailure.Transient : store.Classify(exception);
                if (failure == StoreFailure.Rejected && writes.Length > 1)
                {
                    // One value that the database refuses must not take its neighbours' writes with it.
                    foreach (var write in writes)
                        await CommitAsync([write], attempted, deadline);
                    return;
                }

                attempted |= sent && failure == StoreFailure.Transient;
                if (failure == StoreFailure.Transient && await PrepareRetryAsync(attempt, deadline))
                {
                    LogRetry(writes.Length, attempt + 1, exception);
                    continue;
                }

                activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
                LogFailed(writes.Length, failure, exception);
                Fail(writes, attempted, exception);
                if (failure != StoreFailure.Rejected)
                    await DropWriterAsync();
                return;
            }
        }
    }

    private void Answer(PendingWrite[] writes, RowOutcome[] outcomes, bool attemptedBefore, TimeSpan duration)
    {
        // A row that is gone after an attempt whose outcome was unknown is what a delete wanted.
        bool Applied(int i) => outcomes[i].Applied
            || (attemptedBefore && writes[i].Row.Operation == RowOperation.Delete && outcomes[i].Stored is null);

        // Counted first: whoever has his answer finds himself in the totals.
        var applied = Enumerable.Range(0, writes.Length).Count(Applied);
        telemetry.Committed(applied, writes.Length - applied, duration);
        for (var i = 0; i < writes.Length; i++)
        {
            if (Applied(i))
                writes[i].Succeed();
            else
                writes[i].Fail(Conflict(writes[i].Row, outcomes[i].Stored));
        }
    }

    private static InconsistentStateException Conflict(RowWrite row, RowTag? stored)
    {
        var what = (row.Operation, stored) switch
        {
            (RowOperation.Create, _) => "it exists already",
            (_, null) => "it does not exist",
            _ => "it was changed by another writer",
        };
        var current = row.Operation == RowOperation.Create ? null : row.Expected.ToString();
        return new InconsistentStateException($"The state {row.Key} was not written: {what}.", stored?.ToString(), current);
    }

    private void Fail(IReadOnlyList<PendingWrite> writes, bool outcomeUnknown, Exception cause)
    {
        if (writes.Count == 0)
            return;
        telemetry.Failed(writes.Count);
        var outcome = outcomeUnknown ? "whether it was stored is not known" : "it was not stored";
        foreach (var write in writes)
            write.Fail(new StorageWriteException($"The write of {write.Row.Key} failed, {outcome}: {cause.Message}", outcomeUnknown, cause));
    }

    private async Task<bool> PrepareRetryAsync(int attempt, CancellationToken deadline)
    {
        if (deadline.IsCancellationRequested)
            return false;
        telemetry.Retried();
        await DropWriterAsync();
        // The first retry is immediate: most often an idle connection had died and the server is well.
        if (attempt == 0)
            return true;
        var delay = TimeSpan.FromMilliseconds(25 * Math.Pow(2, Math.Min(attempt, 10)));
        try
        {
            await Task.Delay(delay < RetryDelayMax ? delay : RetryDelayMax, time, deadline);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task DropWriterAsync()
    {
        var writer = _writer;
        _writer = null;
        if (writer is null)
            return;
        try
        {
            await writer.DisposeAsync();
        }
        catch (Exception exception)
        {
            LogDropped(exception);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Writing {Rows} rows again (retry {Retry}) after a failure of the database.")]
    private partial void LogRetry(int rows, int retry, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "Writing {Rows} rows failed ({Failure}); their callers are told.")]
    private partial void LogFailed(int rows, StoreFailure failure, Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "A broken writer connection did not close cleanly.")]
    private partial void LogDropped(Exception exception);

    [LoggerMessage(4, LogLevel.Critical, "A batch failed in the writer itself, not in the database.")]
    private partial void LogDefect(Exception exception);
}
