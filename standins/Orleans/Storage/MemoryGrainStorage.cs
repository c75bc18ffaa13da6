using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>States in memory, for as long as the silo lives. Stored as bytes, so that what the grain changes later is not stored.</summary>
public sealed class MemoryGrainStorage : IGrainStorage
{
    private static readonly JsonSerializerOptions Json = new() { IncludeFields = true };

    private readonly ConcurrentDictionary<string, Entry> _entries = new();
    private long _version;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (_entries.GetValueOrDefault(Key(stateName, grainId)) is { Data: { } data } entry)
            Set(grainState, JsonSerializer.Deserialize<T>(data, Json), entry.ETag, exists: true);
        else
            Set(grainState, StateActivator.Create<T>(), null, exists: false);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var data = JsonSerializer.SerializeToUtf8Bytes(grainState.State, Json);
        var etag = Replace(Key(stateName, grainId), grainState.ETag, data);
        Set(grainState, grainState.State, etag, exists: true);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        Replace(Key(stateName, grainId), grainState.ETag, null);
        Set(grainState, StateActivator.Create<T>(), null, exists: false);
        return Task.CompletedTask;
    }

    private static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId}";

    private static void Set<T>(IGrainState<T> grainState, T? state, string? etag, bool exists)
    {
        grainState.State = state;
        grainState.ETag = etag;
        grainState.RecordExists = exists;
    }

    /// <summary>Compare and swap by the rules of Orleans' memory storage: an unknown record accepts any ETag.</summary>
    private string Replace(string key, string? expected, byte[]? data)
    {
        var next = new Entry(data, Interlocked.Increment(ref _version).ToString("X16", System.Globalization.CultureInfo.InvariantCulture));
        _entries.AddOrUpdate(
            key,
            next,
            (_, current) =>
            {
                var stored = current.Data is null ? null : current.ETag;
                return expected == stored || expected == "*"
                    ? next
                    : throw new InconsistentStateException($"e-Tag mismatch in memory storage for {key}", stored, expected);
            });
        return next.ETag;
    }

    private sealed record Entry(byte[]? Data, string ETag);
}
