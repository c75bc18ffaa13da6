#if !FULL_PACKAGE_SET
using Orleans.Standin;

namespace Payments.Conformance;

/// <summary>Runs turns on the calling thread, one at a time, in an order drawn from a seed.</summary>
public sealed class SeededDispatcher(int seed) : ITurnDispatcher
{
    private readonly Random _random = new(seed);
    private readonly List<IThreadPoolWorkItem> _ready = [];

    public void Dispatch(IThreadPoolWorkItem turns) => _ready.Add(turns);

    /// <summary>Runs one; false when nothing is ready.</summary>
    public bool RunOne()
    {
        if (_ready.Count == 0)
            return false;
        var index = _random.Next(_ready.Count);
        var turns = _ready[index];
        _ready.RemoveAt(index);
        turns.Execute();
        return true;
    }
}
#endif
