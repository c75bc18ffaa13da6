namespace Payments.Bench.Measure;

/// <summary>What one storage gave.</summary>
/// <param name="Storage">Its name (<see cref="BenchStorages.Name"/>).</param>
/// <param name="CreatesPerSecond">Payments per second until the last one was authorized at the provider.</param>
/// <param name="CancelsPerSecond">Complete cancels per second: until the last webhook had arrived.</param>
/// <param name="Patch">Duration of the PATCH.</param>
/// <param name="RowsPerCommit">Rows per commit while cancelling.</param>
/// <param name="SiloPeakMegabytes">Largest resident memory of the silo, warm-up and creates included, in MB of 10⁶ bytes.</param>
/// <param name="SiloAfterMegabytes">Resident memory of the silo afterwards.</param>
/// <param name="CancelCpu">Processor seconds while cancelling.</param>
/// <param name="CreateCpu">Processor seconds while creating.</param>
/// <param name="ProviderCalls">Cancels that reached the provider; one per payment, unless one was repeated.</param>
/// <param name="Webhooks">Webhooks that reached the merchant; one per payment, unless one was repeated.</param>
/// <param name="Failures">Checks against the ledger that did not hold.</param>
internal sealed record Figures(
    string Storage,
    double CreatesPerSecond,
    double CancelsPerSecond,
    Latencies Patch,
    double RowsPerCommit,
    double SiloPeakMegabytes,
    double SiloAfterMegabytes,
    ProcessorTimes CancelCpu,
    ProcessorTimes CreateCpu,
    long ProviderCalls,
    long Webhooks,
    IReadOnlyList<string> Failures)
{
    /// <summary>Fewest complete cancels per second.</summary>
    public const double CancelsPerSecondMin = 1_000;

    /// <summary>Longest p99 of the PATCH in milliseconds.</summary>
    public const double P99MsMax = 250;

    /// <summary>Most resident memory of the silo in MB.</summary>
    public const double SiloMegabytesMax = 300;

    /// <summary>The floors that were missed, one line each.</summary>
    public IEnumerable<string> MissedFloors()
    {
        if (CancelsPerSecond < CancelsPerSecondMin)
            yield return $"{Storage}: {CancelsPerSecond:F0} complete cancels/s, the floor is {CancelsPerSecondMin:F0}";
        if (Patch.P99Ms > P99MsMax)
            yield return $"{Storage}: p99 of the PATCH is {Patch.P99Ms:F0} ms, the limit is {P99MsMax:F0}";
        if (SiloPeakMegabytes >= SiloMegabytesMax)
            yield return $"{Storage}: the silo's working set reached {SiloPeakMegabytes:F0} MB, the limit is {SiloMegabytesMax:F0}";
    }
}
