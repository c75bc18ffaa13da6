using Payments.Storage.Rows;

namespace Payments.Simulation.Database;

/// <summary>One row as it is now.</summary>
/// <param name="number">Orders rows that are due at the same time.</param>
/// <param name="write">What made it so.</param>
internal sealed class Row(int number, RowWrite write)
{
    public int Number => number;

    public RowWrite Write { get; set; } = write;

    public RowTag Tag => Write.Result;
}

/// <summary>One write that was committed: what an observer beside the database would have seen.</summary>
/// <param name="At">When, in true time.</param>
/// <param name="Write">The write.</param>
internal sealed record Commit(DateTimeOffset At, RowWrite Write);
