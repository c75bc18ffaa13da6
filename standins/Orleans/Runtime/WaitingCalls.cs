namespace Orleans.Runtime;

/// <summary>The calls that wait at an activation, in order. Mostly a queue, but a call that may interleave leaves from the middle.</summary>
internal sealed class WaitingCalls
{
    private const int CompactAt = 32;

    private readonly List<GrainCall> _calls = [];
    private int _head;
    private int _interleavable;

    public int Count => _calls.Count - _head;

    /// <summary>Whether any of them could run beside another call.</summary>
    public bool HasInterleavable => _interleavable > 0;

    public GrainCall this[int index] => _calls[_head + index];

    public void Add(GrainCall call)
    {
        _calls.Add(call);
        _interleavable += MayInterleave(call);
    }

    public void RemoveAt(int index)
    {
        _interleavable -= MayInterleave(this[index]);
        if (index > 0)
        {
            _calls.RemoveAt(_head + index);
            return;
        }

        _calls[_head++] = null!;
        if (_head == _calls.Count || (_head >= CompactAt && _head > _calls.Count / 2))
        {
            _calls.RemoveRange(0, _head);
            _head = 0;
        }
    }

    public bool Remove(GrainCall call)
    {
        var index = _calls.IndexOf(call, _head);
        if (index >= 0)
            RemoveAt(index - _head);
        return index >= 0;
    }

    /// <summary>Takes out everything, except the calls that die with the activation.</summary>
    public List<GrainCall> TakeAll()
    {
        var taken = _calls.Skip(_head).Where(call => !call.IsLocalOnly).ToList();
        _calls.Clear();
        _head = _interleavable = 0;
        return taken;
    }

    private static int MayInterleave(GrainCall call) => call.IsAlwaysInterleave || call.IsReadOnly ? 1 : 0;
}
