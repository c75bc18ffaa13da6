using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Payments.Grains.Retry;

namespace Payments.Silo;

/// <summary>
/// Starts every retry shard once the silo runs, and again whenever a silo has gone: shards that ran there would otherwise wait for their next reminder.
/// Shards that run elsewhere in the cluster take no harm.
/// </summary>
internal sealed partial class ScanStarter(IGrainFactory grains, ISiloStatusOracle silos, IOptions<RetryOptions> options, ILogger<ScanStarter> logger)
    : BackgroundService, ISiloStatusListener
{
    // Many losses at once need one look.
    private readonly Channel<SiloAddress> losses =
        Channel.CreateBounded<SiloAddress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Called by Orleans; must not wait.</summary>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead)
            losses.Writer.TryWrite(updatedSilo);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        silos.SubscribeToSiloStatusEvents(this);
        try
        {
            await StartAllAsync(stoppingToken);
            await foreach (var lost in losses.Reader.ReadAllAsync(stoppingToken))
            {
                LogLost(logger, lost);
                await StartAllAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task StartAllAsync(CancellationToken stoppingToken)
    {
        // A later start, a reminder or another silo makes up for a failure here; the host must not fall over it.
        for (var shard = 0; shard < options.Value.Shards && !stoppingToken.IsCancellationRequested; shard++)
        {
            try
            {
                await grains.GetGrain<IRetryGrain>(shard).EnsureScanningAsync();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                LogNotStarted(logger, error, shard);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} is gone: starting the retry shards that it had.")]
    private static partial void LogLost(ILogger logger, SiloAddress silo);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Retry shard {Shard} could not be started; its reminder or another silo will.")]
    private static partial void LogNotStarted(ILogger logger, Exception error, int shard);
}
