using Orleans.Runtime;
using Orleans.Storage;
using Payments.Grains.Ports;

namespace Payments.Grains;

/// <summary>
/// A grain's state as storage is known to hold it. Decisions are made on it and become visible only when they are durable; a reader
/// that interleaves never sees a state that a crash could take back. Compare-and-swap is the fence between two activations of
/// one grain: the loser rereads and decides again on what the winner wrote.
/// </summary>
/// <typeparam name="TState">An immutable record.</typeparam>
/// <param name="storage">Where it is kept.</param>
/// <param name="time">Tells how old what is known here is.</param>
/// <param name="stored">Told of every write once it is durable, with the state before and after; for measurements.</param>
internal sealed class DurableState<TState>(IPersistentState<TState> storage, TimeProvider? time = null, Action<TState, TState>? stored = null)
    where TState : class, IEquatable<TState>
{
    /// <summary>A decision that loses more often than this is not racing but broken.</summary>
    private const int TriesMax = 5;

    private readonly TimeProvider clock = time ?? TimeProvider.System;
    private TState? state;
    private bool unsure;
    private bool writing;
    private Task? refresh;
    private DateTimeOffset knownAt = (time ?? TimeProvider.System).GetUtcNow();

    /// <summary>The last state that is known to be durable.</summary>
    public TState State => state ??= storage.State;

    /// <summary>Reads again when a failed write has left open what storage holds. Safe for calls that interleave.</summary>
    public Task RefreshIfUnsureAsync() => unsure ? RefreshAsync() : Task.CompletedTask;

    /// <summary>Reads again when what is known here is older than <paramref name="age"/>: another activation may have written, and only a write of our
    /// own would tell. Safe for calls that interleave: not while a write is under way, which is newer than anything that could be read. When storage
    /// does not answer, what is known stays: it is durable, if perhaps not the latest.</summary>
    public async Task RefreshIfOlderThanAsync(TimeSpan age)
    {
        await RefreshIfUnsureAsync();
        if (writing || clock.GetUtcNow() - knownAt < age)
            return;

        try
        {
            await RefreshAsync();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Nor is it asked by every reader while it is away.
            knownAt = clock.GetUtcNow();
        }
    }

    /// <summary>Reads again. Callers that interleave share one read, and none runs beside a write: a late answer to it would put an older
    /// state and ETag over what was written meanwhile. So it is only for turns that exclude writes.</summary>
    public async Task RefreshAsync()
    {
        if (refresh is null or { IsCompleted: true })
            refresh = ReadAsync();
        await refresh;
    }

    /// <summary>Reads again when nothing is due here although somebody found that something is: another activation may have written.</summary>
    public Task RefreshIfNothingIsDueAsync(DateTimeOffset now) =>
        unsure || State is not IIndexedState { DueAt: { } due } || due > now ? RefreshAsync() : Task.CompletedTask;

    private async Task ReadAsync()
    {
        await storage.ReadStateAsync();
        state = storage.State;
        unsure = false;
        knownAt = clock.GetUtcNow();
    }

    /// <summary>Makes a decision durable before returning it.</summary>
    /// <param name="decide">A pure function; called again on the newer state when another activation wrote first.</param>
    /// <exception cref="InconsistentStateException">Lost <see cref="TriesMax"/> times in a row.</exception>
    public async Task<TDecision> DecideAsync<TDecision>(Func<TState, (TDecision Decision, TState State)> decide)
    {
        for (var tries = 1; ; tries++)
        {
            await RefreshIfUnsureAsync();
            if (refresh is { IsCompleted: false } reading)
                await reading.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            var (decision, next) = decide(State);
            if (ReferenceEquals(next, State) || next.Equals(State))
                return decision;

            try
            {
                storage.State = next;
                writing = true;
                await storage.WriteStateAsync();
                var before = State;
                state = next;
                knownAt = clock.GetUtcNow();
                stored?.Invoke(before, next);
                return decision;
            }
            catch (InconsistentStateException) when (tries < TriesMax)
            {
                // Somebody else wrote: decide again on their state.
                unsure = true;
            }
            catch
            {
                unsure = true;
                throw;
            }
            finally
            {
                writing = false;
            }
        }
    }

    /// <summary>Deletes the row if its state is as described, and by then still is; afterwards the state is a fresh one.</summary>
    /// <exception cref="InconsistentStateException">Lost <see cref="TriesMax"/> times in a row.</exception>
    public async Task ClearIfAsync(Func<TState, bool> condition)
    {
        for (var tries = 1; ; tries++)
        {
            await RefreshIfUnsureAsync();
            if (!storage.RecordExists || !condition(State))
                return;

            try
            {
                writing = true;
                await storage.ClearStateAsync();
                state = null;
                knownAt = clock.GetUtcNow();
                return;
            }
            catch (InconsistentStateException) when (tries < TriesMax)
            {
                unsure = true;
            }
            catch
            {
                unsure = true;
                throw;
            }
            finally
            {
                writing = false;
            }
        }
    }

    /// <summary>Makes a transition durable; does nothing when it changes nothing.</summary>
    public async Task ApplyAsync(Func<TState, TState> transition) =>
        await DecideAsync(current => (true, transition(current)));
}
