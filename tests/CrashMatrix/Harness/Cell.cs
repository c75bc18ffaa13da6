using Payments.CrashMatrix.Actions;

namespace Payments.CrashMatrix.Harness;

/// <summary>One action that is killed at one boundary.</summary>
/// <param name="Action">The action.</param>
/// <param name="Boundary">The boundary, for instance <c>payment write 1: after</c>.</param>
public sealed record Cell(CrashAction Action, string Boundary)
{
    /// <summary>Its name in messages.</summary>
    public string Name => $"{Action.Name} | {Boundary}";

    /// <summary>The call of a boundary in its middle: <c>stripe cancel 1: in flight</c> is one of <c>stripe cancel</c>. Null for the others.</summary>
    public string? CallInFlight => Boundary.EndsWith(InFlight, StringComparison.Ordinal) ? CallOf(Boundary) : null;

    /// <summary>The suffix of a boundary in the middle of a call.</summary>
    public const string InFlight = ": in flight";

    /// <summary>The kind of work at a boundary, without its number.</summary>
    public static string CallOf(string boundary)
    {
        var work = boundary[..boundary.IndexOf(':', StringComparison.Ordinal)];
        return work[..work.LastIndexOf(' ')];
    }
}

/// <summary>How a cell ended.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="ConvergedAfter">From the kill until nothing was left to do, the restart included; null when that did not happen in time.</param>
/// <param name="Effects">What the ledger shows.</param>
/// <param name="Failure">What was not as it must be, or null.</param>
/// <param name="Arrived">Whether the payment had come to the boundary when the process died. What it does in the background may take another way when
/// the machine is slow: then nothing was shown about this boundary.</param>
public sealed record CellResult(Cell Cell, TimeSpan? ConvergedAfter, string Effects, string? Failure, bool Arrived = true);
