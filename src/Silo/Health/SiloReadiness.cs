using Payments.Grains.Ports;

namespace Payments.Silo.Health;

/// <summary>A silo is ready when the cluster counts it in and its storage answers.</summary>
internal sealed partial class SiloReadiness(IDueIndex index, ISiloStatusOracle silos, TimeProvider time, ILogger<SiloReadiness> logger) : IReadiness
{
    private static readonly TimeSpan StorageDeadline = TimeSpan.FromSeconds(2);

    public async Task<string?> WhyNotAsync()
    {
        if (silos.CurrentStatus != SiloStatus.Active)
            return "the silo is not active";

        using var deadline = new CancellationTokenSource(StorageDeadline, time);
        try
        {
            await index.ReadDueAsync(0, 1, DateTimeOffset.UnixEpoch, 1, deadline.Token);
            return null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogUnready(logger, error);
            return "storage does not answer";
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready: storage does not answer.")]
    private static partial void LogUnready(ILogger logger, Exception error);
}
