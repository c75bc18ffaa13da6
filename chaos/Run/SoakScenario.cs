using Payments.Chaos.World;

namespace Payments.Chaos.Run;

/// <summary>Random events and random faults for a while.</summary>
internal static class SoakScenario
{
    /// <summary>The share of the time after which one merchant's endpoint is gone for good.</summary>
    private const double LeavingShare = 0.7;

    /// <summary>Plays it.</summary>
    public static async Task PlayAsync(Stage stage, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        var faults = OrderFaultsAsync(stage, either.Token);
        var end = stage.Clock.Now + stage.Options.Length;
        while (stage.Clock.Now < end)
        {
            await Task.Delay(stage.Between(3, 15), stage.Time, cancellationToken);
            await DisturbAsync(stage, cancellationToken);
        }

        await over.CancelAsync();
        await faults;
    }

    private static async Task DisturbAsync(Stage stage, CancellationToken cancellationToken)
    {
        switch (stage.Chance.NextDouble())
        {
            case < 0.40:
                await stage.AnySilo().KillAsync(stage.Between(0, 4), null, stage.Time, cancellationToken);
                break;
            case < 0.50 when stage.Deployment.Silos.Count > 1:
                var first = stage.Chance.Next(stage.Deployment.Silos.Count);
                var second = (first + 1) % stage.Deployment.Silos.Count;
                await Task.WhenAll(
                    stage.Deployment.Silos[first].KillAsync(stage.Between(0, 4), null, stage.Time, cancellationToken),
                    stage.Deployment.Silos[second].KillAsync(stage.Between(0, 4), null, stage.Time, cancellationToken));
                break;
            case < 0.62:
                await stage.AnySilo().StopAsync(stage.Time, cancellationToken);
                break;
            case < 0.80:
                await stage.Deployment.KillSandboxAsync(stage.Time, cancellationToken);
                break;
            case < 0.90:
                await stage.Deployment.RestartDatabaseAsync(asCrash: false);
                break;
            default:
                await stage.Deployment.RestartDatabaseAsync(asCrash: true);
                break;
        }
    }

    private static async Task OrderFaultsAsync(Stage stage, CancellationToken cancellationToken)
    {
        // Dice of their own: how long an event takes must not change which faults follow.
        var plan = new FaultPlan(stage.Options.Seed);
        var pauses = new Random(stage.Options.Seed);
        var leavesAt = stage.Clock.Now + stage.Options.Length * LeavingShare;
        var left = false;
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5 + 2 * pauses.NextDouble()), stage.Time, cancellationToken);
                await stage.Deployment.Faults.OrderAsync(plan.Next(), cancellationToken);
                if (left || stage.Clock.Now < leavesAt)
                    continue;
                left = true;
                await stage.Deployment.Faults.OrderAsync(new Fault($"webhook:{Merchant.Leaving.Id}", "status") { StatusCode = 410 }, cancellationToken);
                stage.Events.Say($"the endpoint of {Merchant.Leaving.Source} answers 410 once: it wants no more webhooks");
            }
        }
        catch (OperationCanceledException)
        {
            // The soak is over.
        }
    }
}
