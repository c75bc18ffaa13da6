using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Payments.Grains.Ports;
using Payments.Grains.Retry;
using Payments.Testing.Processes;

namespace Payments.Grains.Tests.Runtime;

/// <summary>The retry shards on the real runtime, over an index and sleepers that a test commands. Their timers are real and short; a test waits
/// for scans, never for time.</summary>
public sealed class RetryGrainTests : IAsyncLifetime
{
    private const int InFlightMax = 4;
    private readonly TestDueIndex index = new();
    private readonly Sleepers sleepers = new();
    private IHost host = null!;

    public async Task InitializeAsync()
    {
        var ports = FreePorts.Pick(2);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo.UseLocalhostClustering(ports[0], ports[1]).UseInMemoryReminderService());
        builder.Services.AddSingleton<IDueIndex>(index);
        builder.Services.AddSingleton(sleepers);
        builder.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(
            new RetryOptions { Shards = 2, ScanInterval = TimeSpan.FromMilliseconds(10), WakesInFlightMax = InFlightMax, RestAfterFailure = TimeSpan.FromHours(1) }));
        host = builder.Build();
        await host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await host.StopAsync().WaitAsync(TestSilo.Patience);
        host.Dispose();
    }

    [Fact]
    public async Task A_shard_wakes_what_is_due_in_it_and_asks_for_nothing_else()
    {
        index.Add(0, "a", "b");
        index.Add(1, "foreign");
        sleepers.OnWake = index.Remove;

        await Shard(0).EnsureScanningAsync();
        await index.ScansAsync(3);

        Assert.Equal(["a", "b"], sleepers.Woken.Order());
        Assert.All(index.Asked, asked => Assert.Equal((0, 2), asked));
        Assert.Equal(1, await RemindersAsync());
    }

    [Fact]
    public async Task A_grain_that_fails_stops_neither_the_sweep_nor_its_own_next_try()
    {
        index.Add(0, "bad", "good");
        sleepers.OnWake = key =>
        {
            if (key == "bad")
                throw new InvalidOperationException("A row that cannot be read.");
            index.Remove(key);
        };

        await Shard(0).EnsureScanningAsync();
        await sleepers.WakeOfAsync("good");
        await index.ScansAsync(3);

        Assert.Contains("bad", sleepers.Woken);
        Assert.Single(sleepers.Woken, key => key == "good");
    }

    [Fact]
    public async Task Many_bad_rows_do_not_stand_before_the_good_ones()
    {
        index.Add(0, [.. Enumerable.Range(0, InFlightMax * 5).Select(i => $"bad{i}"), "good"]);
        sleepers.OnWake = key =>
        {
            if (key != "good")
                throw new InvalidOperationException("A row that cannot be read.");
            index.Remove(key);
        };

        await Shard(0).EnsureScanningAsync();

        await sleepers.WakeOfAsync("good");
    }

    [Fact]
    public async Task No_more_are_awake_at_a_time_than_allowed_and_none_twice()
    {
        var hold = sleepers.HoldAll();
        index.Add(0, [.. Enumerable.Range(0, InFlightMax * 3).Select(i => $"s{i}")]);
        sleepers.OnWake = index.Remove;

        await Shard(0).EnsureScanningAsync();
        await sleepers.AsleepAsync(InFlightMax);

        // A full shard does not search: the scans of another one say that there was time to.
        await Shard(1).EnsureScanningAsync();
        await index.ScansAsync(5);
        Assert.Equal(InFlightMax, sleepers.Woken.Count);
        hold.Release();
        await index.EmptyAsync();

        Assert.Equal(InFlightMax, sleepers.InFlightMax);
        Assert.Equal(InFlightMax * 3, sleepers.Woken.Distinct().Count());
    }

    [Fact]
    public async Task A_wake_that_was_lost_with_a_silo_is_repeated_without_a_rest()
    {
        var lost = 0;
        index.Add(0, "a");
        sleepers.OnWake = key =>
        {
            if (Interlocked.Increment(ref lost) == 1)
                throw new SiloUnavailableException("The silo stops.");
            index.Remove(key);
        };

        await Shard(0).EnsureScanningAsync();
        await index.EmptyAsync();

        Assert.Equal(2, lost);
    }

    [Fact]
    public async Task A_search_that_fails_is_made_again()
    {
        index.Failures = 3;
        index.Add(0, "a");
        sleepers.OnWake = index.Remove;

        await Shard(0).EnsureScanningAsync();

        await sleepers.WakeOfAsync("a");
        Assert.True(index.Asked.Count > 3);
    }

    private IRetryGrain Shard(int number) => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IRetryGrain>(number);

    private async Task<int> RemindersAsync()
    {
        var table = host.Services.GetRequiredService<IReminderTable>();
        return (await table.ReadRows(Shard(0).GetGrainId())).Reminders.Count;
    }
}

/// <summary>An index in memory that tells when it was asked.</summary>
internal sealed class TestDueIndex : IDueIndex
{
    private readonly Lock gate = new();
    private readonly List<(int Shard, string Key)> due = [];
    private readonly List<(int Scans, TaskCompletionSource Done)> waiting = [];
    private TaskCompletionSource? empty;
    private int scans;

    public ConcurrentQueue<(int Shard, int Count)> Asked { get; } = new();

    public int Failures { get; set; }

    public void Add(int shard, params string[] keys)
    {
        lock (gate)
            due.AddRange(keys.Select(key => (shard, key)));
    }

    public void Remove(string key)
    {
        lock (gate)
        {
            due.RemoveAll(entry => entry.Key == key);
            if (due.Count == 0)
                empty?.TrySetResult();
        }
    }

    /// <summary>Waits for as many more scans.</summary>
    public Task ScansAsync(int more)
    {
        lock (gate)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((scans + more, done));
            return done.Task.WaitAsync(TestSilo.Patience);
        }
    }

    public Task EmptyAsync()
    {
        lock (gate)
        {
            empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (due.Count == 0)
                empty.TrySetResult();
            return empty.Task.WaitAsync(TestSilo.Patience);
        }
    }

    public Task<IReadOnlyList<GrainId>> ReadDueAsync(int shard, int shardCount, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Asked.Enqueue((shard, shardCount));
            scans++;
            foreach (var (_, done) in waiting.Where(waiter => waiter.Scans <= scans))
                done.TrySetResult();
            if (Failures-- > 0)
                throw new IOException("The search was refused on order.");
            return Task.FromResult<IReadOnlyList<GrainId>>(
                [.. due.Where(entry => entry.Shard == shard).Take(limit).Select(entry => GrainId.Create("test-sleeper", entry.Key))]);
        }
    }
}

/// <summary>What the sleepers do and did.</summary>
internal sealed class Sleepers
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> wakes = new();
    private readonly Lock gate = new();
    private Hold? hold;
    private int inFlight;
    private (int Count, TaskCompletionSource Done)? asleep;

    public ConcurrentQueue<string> Woken { get; } = new();

    public Action<string> OnWake { get; set; } = _ => { };

    public int InFlightMax { get; private set; }

    public Hold HoldAll() => hold = new Hold();

    public Task WakeOfAsync(string key) => Wake(key).Task.WaitAsync(TestSilo.Patience);

    /// <summary>Waits until as many are held.</summary>
    public Task AsleepAsync(int count)
    {
        lock (gate)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            asleep = (count, done);
            if (inFlight >= count)
                done.TrySetResult();
            return done.Task.WaitAsync(TestSilo.Patience);
        }
    }

    public async Task WakeAsync(string key)
    {
        Woken.Enqueue(key);
        lock (gate)
        {
            InFlightMax = Math.Max(InFlightMax, ++inFlight);
            if (asleep is var (count, done) && inFlight >= count)
                done.TrySetResult();
        }

        try
        {
            if (hold is not null)
                await hold.PassAsync();
            OnWake(key);
        }
        finally
        {
            lock (gate)
                inFlight--;
            Wake(key).TrySetResult();
        }
    }

    private TaskCompletionSource Wake(string key) =>
        wakes.GetOrAdd(key, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>A grain that can be due and does what the test says.</summary>
[GrainType("test-sleeper")]
internal sealed class SleeperGrain(Sleepers sleepers) : Grain, IDueGrain, IGrainWithStringKey
{
    public Task WakeAsync() => sleepers.WakeAsync(this.GetPrimaryKeyString());
}
