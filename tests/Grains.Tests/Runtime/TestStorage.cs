using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Payments.Grains.Ports;

namespace Payments.Grains.Tests.Runtime;

/// <summary>What happens to one write.</summary>
internal enum WriteFault
{
    None,
    NotWritten,
    WrittenAndLost,
    SomebodyElseWrote,
}

/// <summary>Grain storage with compare-and-swap that keeps the real JSON, fails on order, can be held, and tells when a state has come.</summary>
internal sealed class TestStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<GrainId, (byte[] Json, int Version, DateTimeOffset? DueAt)> rows = new();
    private readonly ConcurrentDictionary<GrainId, ConcurrentQueue<WriteFault>> faults = new();
    private readonly ConcurrentDictionary<GrainId, Hold> holds = new();
    private readonly ConcurrentDictionary<GrainId, int> reads = new();
    private readonly ConcurrentDictionary<GrainId, int> writes = new();
    private readonly List<(GrainId Id, Func<byte[], bool> Check)> waiters = [];

    /// <summary>While true every write fails and stores nothing.</summary>
    public bool IsDown { get; set; }

    public int Reads(GrainId id) => reads.GetValueOrDefault(id);

    public int Writes(GrainId id) => writes.GetValueOrDefault(id);

    public DateTimeOffset? DueAt(GrainId id) => rows[id].DueAt;

    public bool Has(GrainId id) => rows.ContainsKey(id);

    public TState State<TState>(GrainId id) => Read<TState>(rows[id].Json);

    /// <summary>Puts a row there, as another activation would.</summary>
    public void Put<TState>(GrainId id, TState state) => Store(id, Write(state), state);

    /// <summary>The next writes of a grain, one after the other.</summary>
    public void FailNextWrites(GrainId id, params WriteFault[] next)
    {
        var queue = faults.GetOrAdd(id, _ => new ConcurrentQueue<WriteFault>());
        foreach (var fault in next)
            queue.Enqueue(fault);
    }

    /// <summary>Stops the next write of a grain before it is stored.</summary>
    public Hold HoldNextWrite(GrainId id) => holds[id] = new Hold();

    /// <summary>Waits until the stored state is as wanted.</summary>
    public async Task<TState> UntilAsync<TState>(GrainId id, Func<TState, bool> wanted)
    {
        var found = new TaskCompletionSource<TState>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool Check(byte[] json)
        {
            var state = Read<TState>(json);
            return wanted(state) && found.TrySetResult(state);
        }

        lock (waiters)
        {
            if (!rows.TryGetValue(id, out var row) || !Check(row.Json))
                waiters.Add((id, Check));
        }

        try
        {
            return await found.Task.WaitAsync(TestSilo.Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{id} never came to the state that was waited for; it is {(rows.TryGetValue(id, out var row) ? JsonSerializer.Deserialize<JsonElement>(row.Json) : "absent")}.");
        }
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        reads.AddOrUpdate(grainId, 1, (_, count) => count + 1);
        if (rows.TryGetValue(grainId, out var row))
        {
            grainState.State = Read<T>(row.Json);
            grainState.ETag = row.Version.ToString(CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // As the real storage does: what is written is what it was when the write was called.
        var (json, state, etag) = (Write(grainState.State), grainState.State, grainState.ETag);
        writes.AddOrUpdate(grainId, 1, (_, count) => count + 1);
        if (holds.TryRemove(grainId, out var hold))
            await hold.PassAsync();

        var fault = faults.TryGetValue(grainId, out var queue) && queue.TryDequeue(out var next) ? next : WriteFault.None;
        if (IsDown || fault == WriteFault.NotWritten)
            throw new IOException("The write was refused on order.");

        lock (waiters)
        {
            var version = rows.TryGetValue(grainId, out var row) ? row.Version : 0;
            var stored = version == 0 ? null : version.ToString(CultureInfo.InvariantCulture);
            if (fault == WriteFault.SomebodyElseWrote || stored != etag)
                throw new InconsistentStateException("Somebody else wrote.", stored, etag);

            grainState.ETag = Store(grainId, json, state).ToString(CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
        }

        if (fault == WriteFault.WrittenAndLost)
            throw new IOException("Written, and the answer was lost on order.");
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (IsDown)
            throw new IOException("The delete was refused on order.");

        lock (waiters)
        {
            var stored = rows.TryGetValue(grainId, out var row) ? row.Version.ToString(CultureInfo.InvariantCulture) : null;
            if (stored != grainState.ETag)
                throw new InconsistentStateException("Somebody else wrote.", stored, grainState.ETag);
            rows.TryRemove(grainId, out _);
        }

        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
        return Task.CompletedTask;
    }

    private int Store<T>(GrainId id, byte[] json, T state)
    {
        lock (waiters)
        {
            var version = rows.TryGetValue(id, out var row) ? row.Version + 1 : 1;
            rows[id] = (json, version, (state as IIndexedState)?.DueAt);
            waiters.RemoveAll(waiter => waiter.Id == id && waiter.Check(json));
            return version;
        }
    }

    private static byte[] Write<T>(T state) => JsonSerializer.SerializeToUtf8Bytes(state, GrainStateJson.Options);

    private static T Read<T>(byte[] json) => JsonSerializer.Deserialize<T>(json, GrainStateJson.Options)!;
}
