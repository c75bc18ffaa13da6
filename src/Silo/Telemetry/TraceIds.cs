using System.Diagnostics;

namespace Payments.Silo.Telemetry;

/// <summary>Gives requests trace ids and lets them travel with grain calls, for the sake of the logs where no traces are exported: nothing is recorded.</summary>
internal sealed class TraceIds : IHostedService, IDisposable
{
    /// <summary>The source of the spans of grain calls.</summary>
    public const string GrainCalls = "Microsoft.Orleans.Application";

    /// <summary>The source of the spans of HTTP requests.</summary>
    public const string Requests = "Microsoft.AspNetCore";

    private readonly ActivityListener listener = new()
    {
        ShouldListenTo = static source => source.Name is GrainCalls or Requests,
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
