using Orleans.Storage;

namespace Payments.CrashHost;

/// <summary>The product's storage, whose writes pass the crash points: right before one goes to the store, and right after it is durable.</summary>
internal sealed class CrashingStorage(IGrainStorage inner, CrashPoints points) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ReadStateAsync(stateName, grainId, grainState);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        inner.ReadStateAsync(stateName, grainId, grainState, cancellationToken);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        PassAsync("write", grainId, () => inner.WriteStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        PassAsync("write", grainId, () => inner.WriteStateAsync(stateName, grainId, grainState, cancellationToken));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        PassAsync("delete", grainId, () => inner.ClearStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        PassAsync("delete", grainId, () => inner.ClearStateAsync(stateName, grainId, grainState, cancellationToken));

    private Task<bool> PassAsync(string verb, GrainId grainId, Func<Task> work)
    {
        var row = grainId.ToString();
        return points.PassAsync($"{row[..row.IndexOf('/', StringComparison.Ordinal)]} {verb}", subject => subject == row, async () =>
        {
            await work();
            return true;
        });
    }
}
