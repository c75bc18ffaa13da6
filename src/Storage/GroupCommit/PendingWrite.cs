using System.Diagnostics;
using Payments.Storage.Rows;

namespace Payments.Storage.GroupCommit;

/// <summary>A queued write and the caller who waits for it.</summary>
internal sealed class PendingWrite(RowWrite row, long queuedAt, Activity? span)
{
    private const int Queued = 0;
    private const int Taken = 1;
    private const int Abandoned = 2;

    // Callers run on their own grains' schedulers, never on the writer.
    private readonly TaskCompletionSource<RowTag> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public RowWrite Row { get; } = row;

    /// <summary>Timestamp of the <see cref="TimeProvider"/>.</summary>
    public long QueuedAt { get; } = queuedAt;

    /// <summary>The write as its caller sees it; null when nobody records it. It ends after <see cref="Completion"/>.</summary>
    public Activity? Span { get; } = span;

    public Task<RowTag> Completion => _completion.Task;

    /// <summary>A writer claims it. False: the caller has gone, it must not be written.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Queued) != Abandoned;

    /// <summary>The caller withdraws it. False: a writer has it already.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _state, Abandoned, Queued) == Queued;

    public void Succeed() => _completion.TrySetResult(Row.Result);

    public void Fail(Exception exception) => _completion.TrySetException(exception);
}
