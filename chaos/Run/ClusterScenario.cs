using Payments.Chaos.Collect;
using Payments.Chaos.World;

namespace Payments.Chaos.Run;

/// <summary>Planned events on a cluster: kills of silos and restarts of the database spread over the cancels, then a rolling restart of all silos.</summary>
internal static class ClusterScenario
{
    private const int WarmUpCancels = 200;

    /// <summary>The share of the cancels over which the kills are spread; the rolling restart gets the rest.</summary>
    private const double KillingShare = 0.8;

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);

    /// <summary>Plays it.</summary>
    /// <returns>What the rolling restart was.</returns>
    public static async Task<RollingRestart?> PlayAsync(Stage stage, CancellationToken cancellationToken)
    {
        var options = stage.Options;
        var events = Enumerable.Repeat(true, options.Kills).Concat(Enumerable.Repeat(false, options.DatabaseRestarts)).ToArray();
        stage.Chance.Shuffle(events);
        var victim = stage.Chance.Next(stage.Deployment.Silos.Count);
        for (var index = 0; index < events.Length; index++)
        {
            var at = Math.Max(WarmUpCancels, (int)(options.Cancels * KillingShare * (index + 1) / (events.Length + 1)));
            await stage.UntilAsync($"{at} cancels", () => stage.Journal.CancelsAnswered >= at, cancellationToken);
            await SettleDownAsync(stage, cancellationToken);
            if (events[index])
                await KillAsync(stage, stage.Deployment.Silos[victim++ % stage.Deployment.Silos.Count], cancellationToken);
            else
                await stage.Deployment.RestartDatabaseAsync(asCrash: false);
        }

        await SettleDownAsync(stage, cancellationToken);
        await Task.Delay(Stalls.Window, stage.Time, cancellationToken);
        var rolling = await RollAsync(stage, cancellationToken);
        for (var seen = stage.Journal.CancelsAnswered; seen < options.Cancels; seen = stage.Journal.CancelsAnswered)
            await stage.UntilAsync("further cancels", () => stage.Journal.CancelsAnswered > seen, cancellationToken);
        return rolling;
    }

    /// <summary>Kills a silo and leaves its place empty until the others have had time to find out by themselves: a silo that comes back at the same place
    /// is known to have died.</summary>
    private static async Task KillAsync(Stage stage, SiloSlot victim, CancellationToken cancellationToken)
    {
        await using var members = new MembershipReader(stage.Deployment.Place.Database, victim.ClusterPort);
        var deaths = await members.CountDeathsAsync(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = Task.CompletedTask;
        await victim.KillAsync(stage.Between(8, 12), begun => watching = members.WatchAsync(begun, deaths, stage.Clock, stage.Time, over.Token), stage.Time, cancellationToken);
        await over.CancelAsync();
        await watching;
    }

    /// <summary>Stops and starts one silo after the other, as a deployment does. Meanwhile nobody may notice.</summary>
    private static async Task<RollingRestart> RollAsync(Stage stage, CancellationToken cancellationToken)
    {
        stage.Events.Say("rolling restart of all silos: from here to its end no client may see an error");
        var (from, refused) = (stage.Clock.Now, stage.Upstreams.Refused);
        var took = new List<TimeSpan>();
        foreach (var silo in stage.Deployment.Silos)
        {
            took.Add(await silo.StopAsync(stage.Time, cancellationToken));
            await SettleDownAsync(stage, cancellationToken);
        }

        return new RollingRestart(from, stage.Clock.Now, took, stage.Upstreams.Refused - refused);
    }

    private static async Task SettleDownAsync(Stage stage, CancellationToken cancellationToken)
    {
        await stage.UntilAllReadyAsync(cancellationToken);
        await Task.Delay(Calm, stage.Time, cancellationToken);
        await stage.UntilAllReadyAsync(cancellationToken);
    }
}

/// <summary>A rolling restart.</summary>
/// <param name="From">When the first silo was told to stop.</param>
/// <param name="To">When the last one was back for a while.</param>
/// <param name="Stops">How long each took to end.</param>
/// <param name="RefusedConnections">Requests that found no listener and went to another silo.</param>
internal sealed record RollingRestart(TimeSpan From, TimeSpan To, IReadOnlyList<TimeSpan> Stops, long RefusedConnections);
