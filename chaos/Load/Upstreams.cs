namespace Payments.Chaos.Load;

/// <summary>The silos as a reverse proxy sees them: it asks each for its readiness and sends requests to those that are ready.</summary>
internal sealed class Upstreams : IAsyncDisposable
{
    /// <summary>How often readiness is asked for; a silo that stops goes on serving for longer than this.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(2);

    private readonly Upstream[] all;
    private readonly TimeProvider time;
    private readonly HttpClient health = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromSeconds(5) });
    private readonly CancellationTokenSource stop = new();
    private readonly Task checking;

    /// <summary>Starts asking.</summary>
    public Upstreams(IReadOnlyList<Uri> silos, TimeProvider time)
    {
        this.time = time;
        all = [.. silos.Select((uri, index) => new Upstream(index, uri, new Wire(uri, time)))];
        health.Timeout = CheckTimeout;
        checking = Task.WhenAll(all.Select(CheckAsync));
    }

    /// <summary>How many are ready now.</summary>
    public int Ready => all.Count(static upstream => upstream.IsReady);

    /// <summary>How many requests found no listener and were sent elsewhere.</summary>
    public long Refused => Interlocked.Read(ref refused);

    private long refused;

    /// <summary>Any silo that is ready, or null.</summary>
    public Upstream? Pick(Random chance)
    {
        var ready = all.Where(static upstream => upstream.IsReady).ToArray();
        return ready.Length == 0 ? null : ready[chance.Next(ready.Length)];
    }

    /// <summary>A connection was refused: the silo is not asked again before its next check.</summary>
    public void MarkRefused(Upstream upstream)
    {
        Interlocked.Increment(ref refused);
        upstream.IsReady = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await checking;
        foreach (var upstream in all)
            upstream.Wire.Dispose();
        health.Dispose();
        stop.Dispose();
    }

    private async Task CheckAsync(Upstream upstream)
    {
        using var ticks = new PeriodicTimer(CheckInterval, time);
        try
        {
            do
                upstream.IsReady = await IsReadyAsync(upstream.Uri);
            while (await ticks.WaitForNextTickAsync(stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async Task<bool> IsReadyAsync(Uri silo)
    {
        try
        {
            using var answer = await health.GetAsync(new Uri(silo, "/health/ready"), stop.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }
}

/// <summary>One silo.</summary>
internal sealed class Upstream(int index, Uri uri, Wire wire)
{
    private volatile bool isReady;

    /// <summary>Its number, from 0.</summary>
    public int Index => index;

    /// <summary>Where it listens, before and after a restart.</summary>
    public Uri Uri => uri;

    /// <summary>Connections to it.</summary>
    public Wire Wire => wire;

    /// <summary>Whether it said so when it was asked last.</summary>
    public bool IsReady
    {
        get => isReady;
        set => isReady = value;
    }
}
