namespace Payments;

/// <summary>Whether this process is connected to the cluster; for a readiness check. A singleton (<see cref="PaymentsClientExtensions"/>).</summary>
public sealed class PaymentsConnection
{
    private int silos;

    /// <summary>Silos that calls can go through now.</summary>
    public int Silos => Volatile.Read(ref silos);

    /// <summary>Whether a call has a way to go.</summary>
    public bool IsConnected => Silos > 0;

    /// <summary>Called by the client when a connection is opened or lost.</summary>
    internal void Changed(object? sender, GatewayCountChangedEventArgs change) =>
        Volatile.Write(ref silos, change.NumberOfConnectedGateways);
}
