namespace Payments.Silo.Clustering;

/// <summary>How many silos an API-only process is connected to.</summary>
internal sealed class ClusterConnection
{
    private int gateways;

    /// <summary>Silos that calls can go through now.</summary>
    public int Gateways => Volatile.Read(ref gateways);

    /// <summary>Called by the client when a connection is opened or lost.</summary>
    public void Changed(object? sender, GatewayCountChangedEventArgs change) => Volatile.Write(ref gateways, change.NumberOfConnectedGateways);
}
