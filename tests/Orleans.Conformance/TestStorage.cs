using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Storage;

namespace Payments.Conformance;

/// <summary>A storage with ETags that a test can write behind a grain's back, or break.</summary>
public sealed class TestStorage : IGrainStorage
{
    public const string Name = "test";

    private readonly ConcurrentDictionary<string, (object State, int Version)> _rows = new();

    /// <summary>Thrown by the next operations when set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Another writer's write.</summary>
    public void Overwrite(GrainId grainId, object state) =>
        _rows.AddOrUpdate(grainId.ToString(), _ => (state, 1), (_, row) => (state, row.Version + 1));

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfBroken();
        if (_rows.TryGetValue(grainId.ToString(), out var row))
        {
            grainState.State = (T)row.State;
            grainState.ETag = row.Version.ToString(CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfBroken();
        var version = Check(grainId, grainState.ETag) + 1;
        _rows[grainId.ToString()] = (grainState.State!, version);
        grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfBroken();
        Check(grainId, grainState.ETag);
        _rows.TryRemove(grainId.ToString(), out _);
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private int Check(GrainId grainId, string? etag)
    {
        var version = _rows.TryGetValue(grainId.ToString(), out var row) ? row.Version : 0;
        var stored = version == 0 ? null : version.ToString(CultureInfo.InvariantCulture);
        return stored == etag ? version : throw new InconsistentStateException("ETag mismatch", stored, etag);
    }

    private void ThrowIfBroken()
    {
        if (Failure is { } failure)
            throw failure;
    }
}
