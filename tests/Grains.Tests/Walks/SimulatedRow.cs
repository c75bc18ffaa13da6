using Orleans.Runtime;
using Orleans.Storage;

namespace Payments.Grains.Tests.Walks;

/// <summary>One row of a database with compare-and-swap, shared by the activations that believe to own it.</summary>
internal sealed class SimulatedRow<TState>(World world)
    where TState : class, new()
{
    private int version;

    /// <summary>What a crash of everything would leave.</summary>
    public TState State { get; private set; } = new();

    public IPersistentState<TState> Open(Func<bool> alive) => new Handle(this, alive, State, version);

    private sealed class Handle(SimulatedRow<TState> row, Func<bool> alive, TState read, int version) : IPersistentState<TState>
    {
        private int version = version;

        public TState State { get; set; } = read;

        public string? Etag => $"{version}";

        public bool RecordExists => version > 0;

        public Task ReadStateAsync() => row.World.LaterAsync(alive, () =>
        {
            if (row.World.Unlucky(0.05))
                throw new IOException("read");
            (State, version) = (row.State, row.version);
            return true;
        });

        public async Task WriteStateAsync()
        {
            var next = State;

            // The database may commit after its client has died.
            var sent = new TaskCompletionSource<bool>();
            row.World.Later(() => Commit(next, sent));
            await row.World.LaterAsync(alive, () => true);
            await sent.Task;
        }

        public Task ClearStateAsync() => throw new NotSupportedException();

        private void Commit(TState next, TaskCompletionSource<bool> sent)
        {
            if (row.World.Unlucky(0.05))
            {
                Fail(sent, new IOException("not written"));
            }
            else if (row.version != version)
            {
                Fail(sent, new InconsistentStateException("somebody else wrote"));
            }
            else
            {
                (row.State, row.version) = (next, row.version + 1);
                if (row.World.Unlucky(0.05))
                {
                    Fail(sent, new IOException("written, but nobody knows"));
                    return;
                }

                version = row.version;
                if (alive())
                    sent.SetResult(true);
            }
        }

        private void Fail(TaskCompletionSource<bool> sent, Exception error)
        {
            if (alive())
                sent.SetException(error);
        }
    }

    private World World => world;
}
