using Payments.Grains.Ports;

namespace Payments.Grains.Tests.Runtime;

/// <summary>What waits, by the test.</summary>
internal sealed class TestWaiting : IOperatorIndex
{
    public IReadOnlyList<WaitingEntry> Entries { get; set; } = [];

    public Task<IReadOnlyList<WaitingEntry>> ListWaitingAsync(
        WaitingFor waitingFor, WaitingPosition? after, int limit, CancellationToken cancellationToken)
    {
        var from = after is null ? 0 : Entries.ToList().FindIndex(entry => entry.Position == after) + 1;
        return Task.FromResult<IReadOnlyList<WaitingEntry>>([.. Entries.Skip(from).Take(limit)]);
    }
}
