using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Payments.Storage.Rows;
using Payments.Storage.Telemetry;

namespace Payments.Storage.GroupCommit;

/// <summary>Brings writes to the writer loops and their results back. All writes of one grain go through the same loop, in order.</summary>
internal sealed class WriteQueue : IAsyncDisposable
{
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly StorageTelemetry _telemetry;
    private readonly WriterLoop[] _loops;
    private readonly CancellationTokenSource _abort = new();
    private readonly Task _running;

    public WriteQueue(
        IStateStore store, StorageOptions options, StorageTelemetry telemetry, TimeProvider time, ILogger logger, TaskScheduler scheduler)
    {
        _options = options;
        _time = time;
        _telemetry = telemetry;
        _loops = new WriterLoop[Math.Min(options.Writers, store.WritersMax)];
        for (var i = 0; i < _loops.Length; i++)
            _loops[i] = new WriterLoop(store, options, telemetry, time, logger, _abort.Token);
        telemetry.ObserveQueue(() => Length);

        // The loops outlive whatever request happened to create them, so they carry none of its context.
        using (ExecutionContext.SuppressFlow())
            _running = Task.WhenAll(_loops.Select(loop => Start(loop, scheduler)));
    }

    public int Length => _loops.Sum(static loop => loop.QueueLength);

    /// <summary>Queues a write and waits until it is durable.</summary>
    /// <exception cref="StorageWriteException">Not confirmed.</exception>
    /// <exception cref="Orleans.Storage.InconsistentStateException">The row was not what the write expected.</exception>
    /// <exception cref="OperationCanceledException">The caller's token; a write that a writer has taken already may be stored all the same.</exception>
    public async Task<RowTag> WriteAsync(RowWrite row, CancellationToken cancellationToken)
    {
        using var span = StorageTelemetry.StartWrite(row);
        var pending = new PendingWrite(row, _time.GetTimestamp(), span);
        try
        {
            return await WriteAsync(pending, cancellationToken);
        }
        catch (Exception exception)
        {
            span?.SetTag("error.type", exception.GetType().FullName);
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
        finally
        {
            _telemetry.Written(_time.GetElapsedTime(pending.QueuedAt));
        }
    }

    /// <summary>Accepts no more writes, commits what is queued, closes the writers. When the token ends first, what is left fails.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var loop in _loops)
            loop.Queue.TryComplete();
        await using var registration = cancellationToken.Register(static abort => ((CancellationTokenSource)abort!).Cancel(), _abort);
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(_options.WriteTimeout, _time);
        await StopAsync(patience.Token);
        _abort.Dispose();
    }

    private static Task Start(WriterLoop loop, TaskScheduler scheduler) =>
        Task.Factory.StartNew(loop.RunAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();

    private async Task<RowTag> WriteAsync(PendingWrite pending, CancellationToken cancellationToken)
    {
        var queue = _loops[(pending.Row.Slot & int.MaxValue) % _loops.Length].Queue;
        if (!queue.TryWrite(pending))
            await EnqueueAsync(queue, pending, cancellationToken);
        if (!cancellationToken.CanBeCanceled)
            return await pending.Completion;
        try
        {
            return await pending.Completion.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            pending.TryAbandon();
            throw;
        }
    }

    private async Task EnqueueAsync(ChannelWriter<PendingWrite> queue, PendingWrite pending, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.WriteTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await queue.WriteAsync(pending, either.Token);
        }
        catch (ChannelClosedException exception)
        {
            throw NotStored(pending, "the storage is stopping", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw NotStored(pending, "the write queue stayed full for the whole write timeout", exception);
        }
    }

    private StorageWriteException NotStored(PendingWrite pending, string reason, Exception cause)
    {
        _telemetry.Failed(1);
        return new StorageWriteException($"The write of {pending.Row.Key} failed, it was not stored: {reason}.", outcomeUnknown: false, cause);
    }
}
