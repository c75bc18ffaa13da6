using System.Threading.Channels;
using Payments.Storage.Rows;

namespace Payments.Storage.GroupCommit;

/// <summary>Forms batches: everything that is queued, up to the limits, no two writes of one row. A second write of a row is carried over
/// to a later batch.</summary>
internal sealed class WriteBatch(ChannelReader<PendingWrite> queue, int rowsMax, int bytesMax)
{
    private readonly HashSet<RowKey> _keys = [];
    private readonly List<PendingWrite> _writes = [];
    private List<PendingWrite> _carried = [];
    private List<PendingWrite> _carriedBefore = [];
    private long _bytes;

    public IReadOnlyList<PendingWrite> Writes => _writes;

    public bool HasCarried => _carried.Count > 0;

    /// <summary>Replaces <see cref="Writes"/> by the next batch, which is empty when everything queued was withdrawn.</summary>
    public void Fill()
    {
        _keys.Clear();
        _writes.Clear();
        _bytes = 0;
        (_carried, _carriedBefore) = (_carriedBefore, _carried);
        _carried.Clear();
        foreach (var write in _carriedBefore)
            AddOrCarry(write);
        // The bound on what is carried keeps a hot row from emptying the bounded queue into memory.
        while (!IsFull && _carried.Count < rowsMax && queue.TryRead(out var write))
            AddOrCarry(write);
    }

    private bool IsFull => _writes.Count >= rowsMax || _bytes >= bytesMax;

    private void AddOrCarry(PendingWrite write)
    {
        // A key that is carried once stays behind for its later writes too, or they would overtake.
        if (IsFull || _keys.Contains(write.Row.Key))
        {
            _keys.Add(write.Row.Key);
            _carried.Add(write);
            return;
        }

        if (!write.TryTake())
            return;
        _keys.Add(write.Row.Key);
        _writes.Add(write);
        _bytes += write.Row.Document.Length;
    }
}
