using Microsoft.Extensions.Options;
using Payments.Grains.Retry;

namespace Payments.Silo;

/// <summary>Starts every retry shard once the silo runs. Shards that run elsewhere in the cluster take no harm.</summary>
internal sealed partial class ScanStarter(IGrainFactory grains, IOptions<RetryOptions> options, ILogger<ScanStarter> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Retry shard {Shard} could not be started; its reminder or another silo will.")]
    private static partial void LogNotStarted(ILogger logger, Exception error, int shard);
}
