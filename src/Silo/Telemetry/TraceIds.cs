using System.Diagnostics;

namespace Payments.Silo.Telemetry;

/// <summary>Lets trace ids travel with grain calls for the sake of the logs where no traces are exported: nothing is recorded.</summary>
internal sealed class TraceIds : IHostedService, IDisposable
{
    /// <summary>The source of the spans of grain calls.</summary>
    public const string GrainCalls = "Microsoft.Orleans.Application";

    private readonly ActivityListener listener = new()
    {
        ShouldListenTo = static source => source.Name == GrainCalls,
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
    };

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ActivitySource.AddActivityListener(listener);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();
}
