using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Payments.Conformance;

/// <summary>Connects a test with the grains in the same process: gates at which grains wait, and records of what happened.</summary>
public sealed class Probe
{
    private readonly ConcurrentDictionary<string, Gate> _gates = new();
    private readonly ConcurrentDictionary<string, Channel<string>> _records = new();
    private readonly ConcurrentQueue<string> _log = new();

    public IReadOnlyList<string> Log => [.. _log];

    /// <summary>A grain arrives at a gate and waits until the test opens it.</summary>
    public Task PassAsync(string gate)
    {
        var state = _gates.GetOrAdd(gate, _ => new Gate());
        state.Arrived.TrySetResult();
        return state.Open.Task;
    }

    /// <summary>The test waits until a grain stands at the gate.</summary>
    public Task ArrivalAsync(string gate) => _gates.GetOrAdd(gate, _ => new Gate()).Arrived.Task.WaitAsync(TestSilo.Patience);

    public void Open(string gate) => _gates.GetOrAdd(gate, _ => new Gate()).Open.TrySetResult();

    /// <summary>Adds to the common log and to the records of a topic.</summary>
    public void Record(string topic, string value)
    {
        _log.Enqueue($"{topic}:{value}");
        Channel(topic).Writer.TryWrite(value);
    }

    /// <summary>The next record of a topic, waited for if need be.</summary>
    public Task<string> NextAsync(string topic) => Channel(topic).Reader.ReadAsync().AsTask().WaitAsync(TestSilo.Patience);

    public int Count(string topic) => _log.Count(entry => entry.StartsWith(topic + ":", StringComparison.Ordinal));

    private Channel<string> Channel(string topic) => _records.GetOrAdd(topic, _ => System.Threading.Channels.Channel.CreateUnbounded<string>());

    private sealed class Gate
    {
        public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
