using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Payments.Cluster.Harness;

/// <summary>Signals what one silo learns about the others.</summary>
public sealed class SiloWatch : ISiloStatusListener
{
    private readonly ConcurrentDictionary<(int Port, SiloStatus Status), TaskCompletionSource> seen = new();

    /// <inheritdoc />
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status) => For(updatedSilo.Endpoint.Port, status).TrySetResult();

    /// <summary>Completes when this silo has heard that the silo on a port has a status.</summary>
    public Task HeardAsync(int siloPort, SiloStatus status) => For(siloPort, status).Task.WaitAsync(TestCluster.Patience);

    private TaskCompletionSource For(int port, SiloStatus status) =>
        seen.GetOrAdd((port, status), static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
