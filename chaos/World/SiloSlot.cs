using System.Text;
using Payments.Testing.Processes;

namespace Payments.Chaos.World;

/// <summary>One place for a silo: its ports and settings stay, its process comes and goes. Whoever ends is started again, as a process manager would.</summary>
internal sealed class SiloSlot(int index, Uri uri, int clusterPort, Func<Task<ManagedProcess>> start, Guardian guardian, EventLog events) : IAsyncDisposable
{
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan ReadyLook = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan StartAgainWait = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim one = new(1);
    private readonly HttpClient health = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = uri, Timeout = TimeSpan.FromSeconds(2) };
    private readonly StringBuilder past = new();
    private ManagedProcess? process;
    private Task watch = Task.CompletedTask;
    private volatile bool isUp;
    private volatile bool isClosing;

    /// <summary>Where it listens.</summary>
    public Uri Uri => uri;

    /// <summary>Where the other silos reach it.</summary>
    public int ClusterPort => clusterPort;

    /// <summary>For people.</summary>
    public string Name => $"silo {index + 1}";

    /// <summary>What its processes printed, one after the other.</summary>
    public string Output => $"{past}\n{process?.Output}";

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            await StartProcessAsync(cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>SIGKILL, a while without it, and a new start.</summary>
    /// <param name="away">How long the place stays empty.</param>
    /// <param name="watch">Told of the event, to watch what the others make of it; not waited for.</param>
    /// <param name="time">For the wait.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public Task KillAsync(TimeSpan away, Action<ChaosEvent>? watch, TimeProvider time, CancellationToken cancellationToken) =>
        ReplaceAsync(EventKind.SiloKilled, static running => running.KillAsync(), away, watch, time, cancellationToken);

    /// <summary>SIGTERM, the end of the process, and a new start.</summary>
    /// <returns>How long the process took to end.</returns>
    /// <exception cref="ChaosException">It ended with an exit code other than 0, or not in time.</exception>
    public async Task<TimeSpan> StopAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var took = TimeSpan.Zero;
        await ReplaceAsync(
            EventKind.SiloStopped,
            async running =>
            {
                var began = time.GetTimestamp();
                if (await StopPolitelyAsync(running) is var exitCode and not 0)
                    throw new ChaosException($"{Name} ended with exit code {exitCode} after SIGTERM:\n{running.Output}");
                took = time.GetElapsedTime(began);
            },
            TimeSpan.Zero, null, time, cancellationToken);
        return took;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        isClosing = true;
        if (process is { } running)
            await running.DisposeAsync();
        await watch;
        health.Dispose();
        one.Dispose();
    }

    private async Task<int> StopPolitelyAsync(ManagedProcess running)
    {
        try
        {
            return await running.StopAsync();
        }
        catch (TimeoutException)
        {
            throw new ChaosException($"{Name} did not end in time after SIGTERM:\n{running.Output}");
        }
    }

    private async Task ReplaceAsync(EventKind kind, Func<ManagedProcess, Task> end, TimeSpan away, Action<ChaosEvent>? look, TimeProvider time, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            var begun = events.Begin(kind, Name);
            var running = process!;
            process = null;
            await end(running);
            look?.Invoke(begun);
            await watch;
            await running.DisposeAsync();
            await Task.Delay(away, time, cancellationToken);
            await StartProcessAsync(cancellationToken);
            events.Back(begun);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Starts until it is ready, as a process manager does: a silo whose database is away ends, and is started again.</summary>
    private async Task StartProcessAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ReadyPatience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var last = "";
        try
        {
            while (true)
            {
                try
                {
                    var started = await start();
                    guardian.Guard(started.Id);
                    isUp = false;
                    process = started;
                    watch = WatchAsync(started, cancellationToken);
                    isUp = await BecomesReadyAsync(started, either.Token);
                    if (isUp)
                        return;
                    last = started.Output;
                    process = null;
                    await started.DisposeAsync();
                }
                catch (InvalidOperationException error)
                {
                    last = error.Message;
                }

                events.Say($"{Name} did not start: {last.Split('\n')[^1]}");
                await Task.Delay(StartAgainWait, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ChaosException($"{Name} was not ready within {ReadyPatience.TotalMinutes:F0} minutes:\n{last}");
        }
    }

    /// <returns>False when it ended first.</returns>
    private async Task<bool> BecomesReadyAsync(ManagedProcess started, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(ReadyLook);
        while (!started.Exited.IsCompleted)
        {
            if (await IsReadyAsync(cancellationToken))
                return true;
            await ticks.WaitForNextTickAsync(cancellationToken);
        }

        return false;
    }

    /// <summary>A silo that ends by itself is started again; the database's absence makes it do so, and being called dead by the others.</summary>
    private async Task WatchAsync(ManagedProcess started, CancellationToken cancellationToken)
    {
        // Once it has ended it may be disposed of at any moment, and has no id any more.
        var id = started.Id;
        await started.Exited;
        guardian.Release(id);
        past.AppendLine(started.Output).AppendLine();
        if (isClosing || process != started || !isUp || cancellationToken.IsCancellationRequested)
            return;

        var begun = events.Begin(EventKind.SiloEndedByItself, Name);
        events.Say($"{Name} ended with exit code {started.ExitCode}; it said last: {string.Join(" / ", started.Output.Split('\n').TakeLast(3))}");
        _ = RestartAsync(started, begun, cancellationToken);
    }

    private async Task RestartAsync(ManagedProcess ended, ChaosEvent begun, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (process != ended || isClosing)
                return;
            await ended.DisposeAsync();
            await StartProcessAsync(cancellationToken);
            events.Back(begun);
        }
        catch (Exception error) when (error is InvalidOperationException or ChaosException)
        {
            events.Say($"{Name} could not be started again: {error.Message}");
        }
        finally
        {
            one.Release();
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await health.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
