namespace Payments.Sandbox;

/// <summary>
/// The place of one payment intent and its refunds. Whoever changes them locks the cell itself (there are many, so no lock
/// object each); reading needs no lock.
/// </summary>
internal sealed class IntentCell(IntentRecord intent, int position)
{
    private volatile IntentRecord _current = intent;
    private volatile RefundRecord[] _refunds = [];

    /// <summary>Place in the order of creation.</summary>
    public int Position => position;

    public IntentRecord Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Refunds in order of creation; replaced as a whole.</summary>
    public RefundRecord[] Refunds => _refunds;

    public void Put(RefundRecord refund)
    {
        var index = Array.FindIndex(_refunds, old => old.Id == refund.Id);
        if (index < 0)
        {
            _refunds = [.. _refunds, refund];
            return;
        }
        var copy = _refunds.ToArray();
        copy[index] = refund;
        _refunds = copy;
    }
}
