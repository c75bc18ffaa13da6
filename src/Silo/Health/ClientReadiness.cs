namespace Payments.Silo.Health;

/// <summary>A process without grains is ready while it is connected to a silo. A database that does not answer is the silos' to report: were this
/// process unready for it, nobody would be left to tell the callers.</summary>
internal sealed class ClientReadiness(PaymentsConnection connection) : IReadiness
{
    public Task<string?> WhyNotAsync() => Task.FromResult(connection.IsConnected ? null : "no silo of the cluster is connected");
}
