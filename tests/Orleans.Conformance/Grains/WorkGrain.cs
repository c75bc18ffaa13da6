using Orleans.Concurrency;

namespace Payments.Conformance;

[Alias("conformance.IWorkGrain")]
public interface IWorkGrain : IGrainWithStringKey
{
    /// <summary>Counts, with awaits in between; returns how often two calls were inside at once.</summary>
    [Alias("Count")]
    Task<(int Count, int Overlaps)> CountAsync();

    [Alias("Record")]
    Task RecordAsync(string value);

    [Alias("Hold")]
    Task HoldAsync(string gate);

    [Alias("HoldReading"), ReadOnly]
    Task HoldReadingAsync(string gate);

    [Alias("RecordReading"), ReadOnly]
    Task RecordReadingAsync(string value);

    [Alias("Peek"), AlwaysInterleave]
    Task<int> PeekAsync();

    [Alias("IsSchedulerKept")]
    Task<bool> IsSchedulerKeptAsync();

    [Alias("RecordThroughSelf")]
    Task RecordThroughSelfAsync();

    [Alias("CallSelf")]
    Task<string> CallSelfAsync();

    [Alias("Inner"), ResponseTimeout("00:00:01")]
    Task InnerAsync();
}

public sealed class WorkGrain(Probe probe) : Grain, IWorkGrain
{
    private int _inside;
    private int _count;
    private int _overlaps;

    private string Topic => this.GetPrimaryKeyString();

    public async Task<(int Count, int Overlaps)> CountAsync()
    {
        if (Interlocked.Increment(ref _inside) != 1)
            _overlaps++;
        await Task.Yield();
        _count++;
        await Task.Yield();
        Interlocked.Decrement(ref _inside);
        return (_count, _overlaps);
    }

    public Task RecordAsync(string value)
    {
        probe.Record(Topic, value);
        return Task.CompletedTask;
    }

    public Task HoldAsync(string gate) => probe.PassAsync(gate);

    public Task HoldReadingAsync(string gate) => probe.PassAsync(gate);

    public Task RecordReadingAsync(string value) => RecordAsync(value);

    public Task<int> PeekAsync() => Task.FromResult(_count);

    public async Task<bool> IsSchedulerKeptAsync()
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        await Task.Run(static () => { });
        return before != TaskScheduler.Default && ReferenceEquals(before, TaskScheduler.Current);
    }

    public async Task RecordThroughSelfAsync()
    {
        probe.Record(Topic, "before");
        var later = this.AsReference<IWorkGrain>().RecordAsync("self");
        await Task.Yield();
        probe.Record(Topic, later.IsCompleted ? "after, too late" : "after");
    }

    public async Task<string> CallSelfAsync()
    {
        try
        {
            await this.AsReference<IWorkGrain>().InnerAsync();
            return "answered";
        }
        catch (TimeoutException)
        {
            return "timed out";
        }
    }

    public Task InnerAsync() => Task.CompletedTask;
}

[Alias("conformance.IReentrantGrain")]
public interface IReentrantGrain : IGrainWithStringKey
{
    [Alias("Hold")]
    Task HoldAsync(string gate);

    [Alias("CallSelf")]
    Task<string> CallSelfAsync();

    [Alias("Inner")]
    Task<string> InnerAsync();
}

[Reentrant]
public sealed class ReentrantGrain(Probe probe) : Grain, IReentrantGrain
{
    public Task HoldAsync(string gate) => probe.PassAsync(gate);

    public Task<string> CallSelfAsync() => this.AsReference<IReentrantGrain>().InnerAsync();

    public Task<string> InnerAsync() => Task.FromResult("answered");
}
