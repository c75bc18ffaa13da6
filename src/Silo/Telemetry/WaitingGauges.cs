using System.Diagnostics.Metrics;
using Payments.Grains.Ports;
using Payments.Storage;

namespace Payments.Silo.Telemetry;

/// <summary>
/// What waits in the database, counted there: right after a restart and in a cluster, where no process could count it by itself. One query from
/// indexes serves all gauges of a collection. While the database does not answer, nothing is reported: a gap tells more than a number that has stopped.
/// </summary>
internal sealed partial class WaitingGauges(IStorageStatistics storage, TimeProvider time, ILogger<WaitingGauges> logger)
{
    /// <summary>One collection asks once, whatever it asks for.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(100);

    /// <summary>Collection happens on a thread of the exporter's own, which may wait; so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly (string GrainType, string Contract)[] Contracts = [("payment", "v2"), ("payment-request", "payhub")];

    private static readonly (WaitingFor For, string Name)[] Stages = [(WaitingFor.Cancel, "provider"), (WaitingFor.Settlement, "settlement")];

    private readonly Lock gate = new();
    private StorageWaiting? latest;
    private long readAt;
    private bool asked;

    /// <summary>Creates the gauges.</summary>
    public void Register(Meter meter)
    {
        meter.CreateObservableGauge("payments.cancel.pending", Pending, "{cancel}", "Cancels that were accepted and have not come to an end.");
        meter.CreateObservableGauge("payments.cancel.pending.age", Ages, "s", "Since when the oldest of them was accepted; 0 when there is none.");
        meter.CreateObservableGauge(
            "payments.cancel.failed", () => Counts(WaitingFor.Operator), "{cancel}", "Cancels that failed for good and wait for a decision.");
        meter.CreateObservableGauge(
            "payments.webhook.dead_letters", () => Counts(WaitingFor.DeadLetter), "{delivery}", "Payments whose webhook was given up.");
        meter.CreateObservableGauge("payments.retry.overdue", Overdue, "s", "For how long the longest overdue grain has been waiting to be woken.");
    }

    private IEnumerable<Measurement<long>> Counts(WaitingFor what) => Read() is { } waiting
        ? Contracts.Select(contract => new Measurement<long>(Rows(waiting, what, contract.GrainType)?.Count ?? 0, Tag(contract.Contract)))
        : [];

    private IEnumerable<Measurement<long>> Pending() => Read() is { } waiting
        ? Stages.SelectMany(_ => Contracts, (stage, contract) => new Measurement<long>(
            Rows(waiting, stage.For, contract.GrainType)?.Count ?? 0, Tag(contract.Contract), new("stage", stage.Name)))
        : [];

    private IEnumerable<Measurement<double>> Ages() => Read() is { } waiting
        ? Stages.SelectMany(_ => Contracts, (stage, contract) => new Measurement<double>(
            Age(Rows(waiting, stage.For, contract.GrainType)?.Oldest), Tag(contract.Contract), new("stage", stage.Name)))
        : [];

    private IEnumerable<Measurement<double>> Overdue() => Read() is { } waiting ? [new Measurement<double>(Age(waiting.EarliestDue))] : [];

    private double Age(DateTimeOffset? since) => since is { } instant ? Math.Max(0, (time.GetUtcNow() - instant).TotalSeconds) : 0;

    private static WaitingRows? Rows(StorageWaiting waiting, WaitingFor what, string grainType)
    {
        foreach (var rows in waiting.Rows)
        {
            if (rows.For == what && rows.GrainType == grainType)
                return rows;
        }

        return null;
    }

    private static KeyValuePair<string, object?> Tag(string contract) => new("contract", contract);

    private StorageWaiting? Read()
    {
        lock (gate)
        {
            if (asked && time.GetElapsedTime(readAt) < Freshness)
                return latest;
            latest = Ask();
            asked = true;
            readAt = time.GetTimestamp();
            return latest;
        }
    }

    private StorageWaiting? Ask()
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        try
        {
            return Task.Run(() => storage.ReadWaitingAsync(deadline.Token)).WaitAsync(deadline.Token).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogUnknown(logger, error.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "What waits in the database is not known: {Reason}")]
    private static partial void LogUnknown(ILogger logger, string reason);
}
