namespace Payments.Grains.Retry;

/// <summary>One shard of the search for grains that are due (design §7). The grain key is the shard's number.</summary>
[Alias("payments.IRetryGrain")]
public interface IRetryGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that the shard has its reminder and is scanning. Called by every silo at start; harmless to repeat.</summary>
    [Alias("EnsureScanning")]
    Task EnsureScanningAsync();
}
