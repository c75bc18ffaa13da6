namespace Payments.Conformance;

[Alias("conformance.ILifeGrain")]
public interface ILifeGrain : IGrainWithStringKey
{
    /// <summary>Which activation answers: a number that grows with every one.</summary>
    [Alias("Incarnation")]
    Task<int> IncarnationAsync();

    [Alias("Leave")]
    Task<int> LeaveAsync();

    /// <summary>Asks to be deactivated, then waits at a gate.</summary>
    [Alias("LeaveSlowly")]
    Task<int> LeaveSlowlyAsync(string gate);

    [Alias("Tick")]
    Task TickAsync(bool keepAlive);
}

/// <summary>Tells the probe of its activations and deactivations.</summary>
public sealed class LifeGrain(Probe probe) : Grain, ILifeGrain, IAsyncDisposable
{
    private static int s_incarnations;
    private readonly int _incarnation = Interlocked.Increment(ref s_incarnations);

    private string Topic => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Record(Topic, "activated");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Record(Topic, $"deactivated {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<int> IncarnationAsync() => Task.FromResult(_incarnation);

    public Task<int> LeaveAsync()
    {
        DeactivateOnIdle();
        return IncarnationAsync();
    }

    public async Task<int> LeaveSlowlyAsync(string gate)
    {
        DeactivateOnIdle();
        await probe.PassAsync(gate);
        return _incarnation;
    }

    public Task TickAsync(bool keepAlive)
    {
        this.RegisterGrainTimer(
            () => Task.CompletedTask,
            new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = TimeSpan.FromMilliseconds(100), KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        probe.Record(Topic, "disposed");
        return ValueTask.CompletedTask;
    }
}

[Alias("conformance.IStillbornGrain")]
public interface IStillbornGrain : IGrainWithStringKey
{
    [Alias("Call")]
    Task<int> CallAsync();
}

/// <summary>Does not activate while the probe has no more than one record of it.</summary>
public sealed class StillbornGrain(Probe probe) : Grain, IStillbornGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Record(this.GetPrimaryKeyString(), "attempt");
        return probe.Count(this.GetPrimaryKeyString()) > 1 ? Task.CompletedTask : throw new BusinessException("not yet", 3);
    }

    public Task<int> CallAsync() => Task.FromResult(42);
}

[Alias("conformance.IBrokenGrain")]
public interface IBrokenGrain : IGrainWithStringKey
{
    [Alias("Call")]
    Task CallAsync();
}

public sealed class BrokenGrain : Grain, IBrokenGrain
{
    public BrokenGrain() => throw new FormatException("cannot be made");

    public Task CallAsync() => Task.CompletedTask;
}

[Alias("conformance.IPlainGrain")]
public interface IPlainGrain : IGrainWithIntegerKey
{
    [Alias("Describe")]
    Task<string> DescribeAsync();
}

/// <summary>A grain that does not derive from <see cref="Grain"/>.</summary>
public sealed class PlainGrain(IGrainContext context) : IGrainBase, IPlainGrain
{
    private bool _activated;

    public IGrainContext GrainContext => context;

    public Task OnActivateAsync(CancellationToken token)
    {
        _activated = true;
        return Task.CompletedTask;
    }

    public Task<string> DescribeAsync() => Task.FromResult($"{this.GetGrainId()} {_activated}");
}
