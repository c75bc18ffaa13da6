namespace Payments.Cluster.Harness;

/// <summary>Signals what a client learns about its silos.</summary>
public sealed class GatewayWatch : IClusterConnectionStatusObserver
{
    private readonly TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource back = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when no silo is connected any more.</summary>
    public Task Lost => lost.Task.WaitAsync(TestCluster.Patience);

    /// <summary>Completes when there is one again after that.</summary>
    public Task Back => back.Task.WaitAsync(TestCluster.Patience);

    /// <inheritdoc />
    public void NotifyClusterConnectionLost() => lost.TrySetResult();

    /// <inheritdoc />
    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        if (connectionRecovered)
            back.TrySetResult();
    }
}
