using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Payments.Grains.Ports;

namespace Payments.Grains.Retry;

/// <summary>See <see cref="IRetryGrain"/>. The reminder brings the shard back wherever its silo died; while it is active a timer looks
/// more often. A payment needs no reminder of its own.</summary>
[GrainType("retry")]
public sealed partial class RetryGrain(
    IDueIndex index,
    IOptions<RetryOptions> options,
    TimeProvider time,
    ILogger<RetryGrain> logger) : Grain, IRetryGrain, IRemindable
{
    private const string ReminderName = "scan";

    private readonly RetryOptions limits = options.Value;
    private readonly HashSet<GrainId> awake = [];
    private readonly Dictionary<GrainId, DateTimeOffset> resting = [];

    private int Shard => (int)this.GetPrimaryKeyLong();

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(
            static (self, cancelled) => self.ScanAsync(cancelled),
            this,
            new GrainTimerCreationOptions(TimeSpan.Zero, limits.ScanInterval) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task EnsureScanningAsync() =>
        await this.RegisterOrUpdateReminder(ReminderName, limits.ReminderPeriod, limits.ReminderPeriod);

    /// <summary>The reminder's work is done by the activation that it causes.</summary>
    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    private async Task ScanAsync(CancellationToken cancellationToken)
    {
        var room = limits.WakesInFlightMax - awake.Count;
        if (room <= 0)
            return;

        try
        {
            // Those already awake, and those that rest, may still be the longest overdue: ask for as many more.
            var now = time.GetUtcNow();
            foreach (var (grain, _) in resting.Where(rest => rest.Value <= now).ToList())
                resting.Remove(grain);
            var due = await index.ReadDueAsync(Shard, limits.Shards, now, limits.WakesInFlightMax + resting.Count, cancellationToken);
            foreach (var grain in due)
            {
                if (room > 0 && !resting.ContainsKey(grain) && awake.Add(grain))
                {
                    room--;
                    _ = WakeAsync(grain);
                }
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogScanFailed(logger, error, Shard);
        }
    }

    /// <summary>One bad row must not stop a sweep, nor many of them stand before all others: a failure is logged, and the grain rests for a while.</summary>
    private async Task WakeAsync(GrainId grain)
    {
        var failed = true;

        // Each wake is a trace of its own, which the grain links to where its work comes from.
        Activity.Current = null;
        try
        {
            await GrainFactory.GetGrain<IDueGrain>(grain).WakeAsync();
            failed = false;
        }
        catch (OrleansMessageRejectionException rejection)
        {
            // Its silo stopped or died with the call on its way. That says nothing about the grain, which has another silo now: it is next in the next scan.
            failed = false;
            LogWakeRejected(logger, grain, rejection.Message);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogWakeFailed(logger, error, grain);
        }
        finally
        {
            awake.Remove(grain);
            if (failed && resting.Count < limits.RestingMax)
                resting[grain] = time.GetUtcNow() + limits.RestAfterFailure;
            PaymentInstruments.Woken(failed);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Retry shard {Shard}: looking for what is due failed; it looks again.")]
    private static partial void LogScanFailed(ILogger logger, Exception error, int shard);

    [LoggerMessage(Level = LogLevel.Information, Message = "Waking {Grain} was rejected, it is woken again: {Reason}")]
    private static partial void LogWakeRejected(ILogger logger, GrainId grain, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waking {Grain} failed; it stays due.")]
    private static partial void LogWakeFailed(ILogger logger, Exception error, GrainId grain);
}
