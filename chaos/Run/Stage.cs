using Payments.Chaos.Load;
using Payments.Chaos.World;

namespace Payments.Chaos.Run;

/// <summary>What a scenario plays with.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Deployment">The processes.</param>
/// <param name="Upstreams">The silos as the clients see them.</param>
/// <param name="Journal">The clients' journal.</param>
/// <param name="Clock">The run's clock.</param>
/// <param name="Events">What was done.</param>
/// <param name="Time">For waits.</param>
/// <param name="Chance">The scenario's own dice.</param>
internal sealed record Stage(
    ChaosOptions Options, Deployment Deployment, Upstreams Upstreams, Journal Journal, Clock Clock, EventLog Events, TimeProvider Time, Random Chance)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Waits for something that the clients or the silos bring about.</summary>
    /// <exception cref="ChaosException">It did not happen within five minutes.</exception>
    public async Task UntilAsync(string what, Func<bool> isSo, CancellationToken cancellationToken)
    {
        var began = Clock.Now;
        using var ticks = new PeriodicTimer(Look, Time);
        while (!isSo())
        {
            if (Clock.Now - began > Patience)
                throw new ChaosException($"Waited in vain for {what}.");
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Waits until every silo is ready in the clients' eyes.</summary>
    public Task UntilAllReadyAsync(CancellationToken cancellationToken) =>
        UntilAsync("all silos to be ready", () => Upstreams.Ready == Deployment.Silos.Count, cancellationToken);

    /// <summary>A time between two bounds.</summary>
    public TimeSpan Between(double fromSeconds, double toSeconds) => TimeSpan.FromSeconds(fromSeconds + Chance.NextDouble() * (toSeconds - fromSeconds));

    /// <summary>Any silo.</summary>
    public SiloSlot AnySilo() => Deployment.Silos[Chance.Next(Deployment.Silos.Count)];
}
