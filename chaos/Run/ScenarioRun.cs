using System.Reflection;
using Npgsql;
using Payments.Chaos.Checking;
using Payments.Chaos.Collect;
using Payments.Chaos.Load;
using Payments.Chaos.World;
using Payments.Testing;

namespace Payments.Chaos.Run;

/// <summary>The engine of both scenarios: start, load, disturb, heal, wait, collect, judge, report.</summary>
internal sealed class ScenarioRun
{
    private const int ExitOk = 0;
    private const int ExitFailed = 1;
    private const int ExitCannotRunHere = 3;
    private const int ExitInterrupted = 130;
    private static readonly TimeSpan BankInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettleLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SettleTold = TimeSpan.FromSeconds(20);

    private readonly ChaosOptions options;
    private readonly TimeProvider time;
    private readonly TextWriter output;
    private readonly Clock clock;
    private readonly EventLog events;
    private readonly Journal journal = new();

    private ScenarioRun(ChaosOptions options, TimeProvider time, TextWriter output)
    {
        this.options = options;
        this.time = time;
        this.output = output;
        clock = new Clock(time);
        events = new EventLog(clock, output);
    }

    /// <summary>Runs a scenario.</summary>
    /// <returns>0 when no invariant was violated and everything that was asked for was done; 3 when it cannot run here.</returns>
    public static async Task<int> RunAsync(ChaosOptions options, TimeProvider time, TextWriter output, CancellationToken cancellationToken)
    {
        if (WhyNotHere(options) is { } reason)
        {
            output.WriteLine(reason);
            return ExitCannotRunHere;
        }

        var run = new ScenarioRun(options, time, output);
        try
        {
            return await run.PlayAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.WriteLine("Interrupted: no verdict.");
            return ExitInterrupted;
        }
        catch (Exception error) when (error is ChaosException or InvalidOperationException or IOException or HttpRequestException or NpgsqlException)
        {
            output.WriteLine($"No verdict: {error.Message}");
            output.WriteLine($"Repeat with --seed {options.Seed}");
            return ExitFailed;
        }
    }

    private static bool IsFullSet => typeof(ScenarioRun).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "PackageSet").Value == "full";

    private static string? WhyNotHere(ChaosOptions options) => options.Scenario == ChaosOptions.ClusterCheck && !IsFullSet
        ? "cluster check needs the full package set: the stand-ins are a single node (docs/package-sets.md)."
        : PostgresServer.UnavailableReason is { } reason ? $"{options.Scenario} needs PostgreSQL's server programs: {reason}." : null;

    private async Task<int> PlayAsync(CancellationToken cancellationToken)
    {
        var silos = ChaosOptions.Silos(IsFullSet);
        var changed = new Dictionary<string, string>(WorldSettings.Always);
        foreach (var (key, value) in (options.WithFaults ? WorldSettings.WithFaults : new Dictionary<string, string>()).Concat(options.Settings))
            changed[key] = value;
        Report.Head(options, silos, IsFullSet, changed, output);

        await using var deployment = await Deployment.StartAsync(silos, changed, events, cancellationToken);
        events.Say($"{silos} {(silos == 1 ? "silo is" : "silos are")} ready; load begins");
        RollingRestart? rolling = null;
        using (var outside = new OutsideWorld(deployment.Place.Sandbox, time))
        await using (var upstreams = new Upstreams([.. deployment.Silos.Select(static silo => silo.Uri)], time))
        {
            var identities = new Identities(deployment.Place.SigningKey, time.GetUtcNow());
            using var traffic = new Traffic(upstreams, journal, clock, time, outside, identities, options.Seed);
            var stage = new Stage(options, deployment, upstreams, journal, clock, events, time, new Random(options.Seed));
            using var day = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var load = traffic.RunAsync(options.Clients, options.Rate, day.Token);
            var bank = SettleEveryNightAsync(outside, day.Token);
            var scenario = options.Scenario == ChaosOptions.ClusterCheck ? ClusterScenario.PlayAsync(stage, day.Token) : SoakAsync(stage, day.Token);
            try
            {
                // Load and bank only end before the scenario when they fail.
                await await Task.WhenAny(scenario, load, bank);
                rolling = await scenario;
                events.Say("no new orders; those under way are finished");
                traffic.Stop();
                await deployment.Faults.CountAsync(cancellationToken);
                await load;
                await outside.SettleTheRestAsync(cancellationToken);
            }
            finally
            {
                await day.CancelAsync();

                // Nothing of it may still be at work when the processes are ended.
                await Task.WhenAll(scenario, load, bank).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        var loadEnded = clock.Now;
        var settled = await SettleAsync(deployment.Place, cancellationToken) ? clock.Now - loadEnded : (TimeSpan?)null;
        events.Say("collecting the evidence");
        var evidence = await Collector.CollectAsync(deployment.Place, journal, refusalsOrdered: options.WithFaults, clock.StartedAt, cancellationToken);
        var violations = Checker.Judge(evidence).Concat(Report.RollingErrors(rolling, evidence))
            .Concat(Report.Defects(deployment.Silos.Select(static silo => (silo.Name, silo.Output)))).ToList();
        Report.Print(new Result(options, evidence, violations, events, clock, journal, rolling, settled, deployment.Faults.Struck), output);
        if (violations.Count == 0)
            return ExitOk;

        output.WriteLine($"Saved to {await SaveAsync(deployment, violations)}; repeat with --seed {options.Seed}");
        return ExitFailed;
    }

    private static async Task<RollingRestart?> SoakAsync(Stage stage, CancellationToken cancellationToken)
    {
        await SoakScenario.PlayAsync(stage, cancellationToken);
        return null;
    }

    private async Task SettleEveryNightAsync(OutsideWorld outside, CancellationToken cancellationToken)
    {
        using var nights = new PeriodicTimer(BankInterval, time);
        while (await nights.WaitForNextTickAsync(cancellationToken))
            await outside.SettleDueAsync(cancellationToken);
    }

    /// <summary>Waits until nothing waits any more. What still does in the end is judged as it is.</summary>
    /// <returns>False when something still does.</returns>
    private async Task<bool> SettleAsync(Place place, CancellationToken cancellationToken)
    {
        await using var database = new DatabaseReader(place.Database);
        var began = clock.Now;
        var told = began;
        using var ticks = new PeriodicTimer(SettleLook, time);
        while (await database.CountWaitingAsync(cancellationToken) is { Count: > 0 } waiting)
        {
            var words = string.Join(", ", waiting.Select(static pair => $"{pair.Value} {pair.Key}"));
            if (clock.Now - began > options.SettlePatience)
            {
                events.Say($"it does not settle: {words}");
                return false;
            }

            if (clock.Now - told > SettleTold)
            {
                told = clock.Now;
                events.Say($"settling: {words}");
            }

            await ticks.WaitForNextTickAsync(cancellationToken);
        }

        return true;
    }

    private async Task<string> SaveAsync(Deployment deployment, IReadOnlyList<Violation> violations)
    {
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", "chaos", $"{time.GetUtcNow():yyyyMMdd-HHmmss}-seed-{options.Seed}")).FullName;
        await journal.SaveAsync(Path.Combine(folder, "journal.jsonl"));
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "violations.txt"),
            violations.SelectMany(static violation => (string[])[$"{violation.Invariant} {violation.Subject}: {violation.What}", .. violation.Proof.Select(static line => "    " + line)]));
        foreach (var silo in deployment.Silos)
            await File.WriteAllTextAsync(Path.Combine(folder, $"{silo.Name.Replace(' ', '-')}.log"), silo.Output);
        return folder;
    }
}
