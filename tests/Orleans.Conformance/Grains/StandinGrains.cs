#if !FULL_PACKAGE_SET
using System.Collections.Immutable;
using System.Globalization;

namespace Payments.Conformance;

/// <summary>Lacks every mark of a message.</summary>
public sealed record Unmarked(int Value);

public interface IRefusedGrain : IGrainWithIntegerKey
{
    Task ListAsync(List<int> values);

    Task ArrayAsync(byte[] values);

    Task MutableAsync(Stored value);

    Task<Stored> MutableResultAsync();

    Task UnmarkedAsync(Unmarked value);

    Task NestedAsync(ImmutableArray<Unmarked> values);

    Task PromisedAsync([Immutable] byte[] values, [Immutable] Dictionary<string, int> map);

    Task ImmutableAsync(ImmutableArray<int> values, int? number, StoredView view);
}

public sealed class RefusedGrain : Grain, IRefusedGrain
{
    public Task ListAsync(List<int> values) => Task.CompletedTask;

    public Task ArrayAsync(byte[] values) => Task.CompletedTask;

    public Task MutableAsync(Stored value) => Task.CompletedTask;

    public Task<Stored> MutableResultAsync() => Task.FromResult(new Stored());

    public Task UnmarkedAsync(Unmarked value) => Task.CompletedTask;

    public Task NestedAsync(ImmutableArray<Unmarked> values) => Task.CompletedTask;

    public Task PromisedAsync(byte[] values, Dictionary<string, int> map) => Task.CompletedTask;

    public Task ImmutableAsync(ImmutableArray<int> values, int? number, StoredView view) => Task.CompletedTask;
}

public interface ISleepingGrain : IGrainWithStringKey
{
    [ResponseTimeout("01:00:00")]
    Task SleepAsync(int seed);

    Task WakeAsync(string by);
}

/// <summary>Sleeps by the injected clock and wakes its neighbours, some of which answer too late.</summary>
public sealed class SleepingGrain(Probe probe, TimeProvider clock) : Grain, ISleepingGrain
{
    private const int Neighbours = 5;

    public async Task SleepAsync(int seed)
    {
        for (var round = 0; round < 3; round++)
        {
            await Task.Delay(TimeSpan.FromSeconds(seed % 7), clock);
            Record(string.Create(CultureInfo.InvariantCulture, $"round {round} at {clock.GetUtcNow():HH:mm:ss}"));
            try
            {
                await GrainFactory.GetGrain<ISleepingGrain>($"sleeper-{(seed + round) % Neighbours}").WakeAsync(this.GetPrimaryKeyString());
            }
            catch (TimeoutException)
            {
                Record("gave up");
            }
        }
    }

    public async Task WakeAsync(string by)
    {
        Record($"woken by {by}");
        await Task.Delay(TimeSpan.FromSeconds(1), clock);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Record($"asleep: {reason.ReasonCode} at {clock.GetUtcNow():HH:mm:ss}");
        return Task.CompletedTask;
    }

    private void Record(string value) => probe.Record(this.GetPrimaryKeyString(), value);
}
#endif
