using System.Collections.Concurrent;
using System.Diagnostics;
using Payments.Storage.Rows;
using Payments.Storage.Tests.Databases;

namespace Payments.Storage.Tests;

/// <summary>Who is whose child when one commit serves many callers.</summary>
public sealed class SpanTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScriptedStore _store = new();
    private readonly ActivitySource _source = new($"test-{Guid.NewGuid()}");
    private readonly ConcurrentQueue<Activity> _stopped = new();
    private readonly ActivityListener _listener = new();

    public SpanTests()
    {
        _listener.ShouldListenTo = source => source.Name == StorageNames.Telemetry || source == _source;
        _listener.Sample = static (ref ActivityCreationOptions<ActivityContext> options) =>
            options.Name == "unsampled" || (options.Parent.TraceId != default && !options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
                ? ActivitySamplingResult.PropagationData
                : ActivitySamplingResult.AllDataAndRecorded;
        _listener.ActivityStopped = _stopped.Enqueue;
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task A_commit_of_one_write_is_its_child_and_a_commit_of_several_is_linked_both_ways()
    {
        await using var storage = Open();
        var first = WriteInTraceAsync(storage, "a");
        var single = await _store.NextCommitAsync();
        var others = new[] { WriteInTraceAsync(storage, "b"), WriteInTraceAsync(storage, "c"), WriteAsync(storage) };
        single.Succeed();
        var alone = await first.WaitAsync(Patience);
        (await _store.NextCommitAsync()).Succeed();
        var traces = (await Task.WhenAll(others).WaitAsync(Patience))[..2];
        await storage.Grains.StopAsync(CancellationToken.None);

        var ownWrite = Assert.Single(Of("storage.write"), span => span.TraceId == alone);
        var ownCommit = Assert.Single(Of("storage.commit"), span => span.TraceId == alone);
        Assert.Equal(ownWrite.SpanId, ownCommit.ParentSpanId);
        Assert.Empty(ownWrite.Links.Concat(ownCommit.Links));

        var writes = Of("storage.write").Where(span => traces.Contains(span.TraceId)).ToList();
        var shared = Assert.Single(Of("storage.commit"), span => span.Links.Any(link => link.Context.TraceId == traces[0]));
        Assert.Equal(default, shared.ParentSpanId);
        Assert.DoesNotContain(shared.TraceId, traces);
        Assert.Equal(3, shared.GetTagItem("db.operation.batch.size"));
        Assert.Equal(writes.Select(static span => span.SpanId).Order(ById), shared.Links.Select(static link => link.Context.SpanId).Order(ById));
        Assert.All(writes, write => Assert.Equal(shared.Context, Assert.Single(write.Links).Context));
    }

    [Fact]
    public async Task A_commit_that_nobody_records_a_write_of_has_no_span()
    {
        await using var storage = Open();
        var write = WriteInTraceAsync(storage, "unsampled");
        (await _store.NextCommitAsync()).Succeed();
        var trace = await write.WaitAsync(Patience);
        var untraced = WriteAsync(storage);
        (await _store.NextCommitAsync()).Succeed();
        await untraced.WaitAsync(Patience);
        Assert.DoesNotContain(_stopped, span => span.OperationName == "storage.commit" && (span.TraceId == trace || span.ParentSpanId == default));
    }

    [Fact]
    public async Task A_conflict_marks_the_write_and_not_the_commit()
    {
        await using var storage = Open();
        var grain = Order.NewGrain();
        var created = WriteAsync(storage, grain);
        (await _store.NextCommitAsync()).Succeed();
        await created.WaitAsync(Patience);
        using var root = _source.StartActivity("conflict")!;
        var conflict = WriteAsync(storage, grain);
        (await _store.NextCommitAsync()).Succeed();
        await Assert.ThrowsAsync<InconsistentStateException>(() => conflict.WaitAsync(Patience));

        var write = Assert.Single(Of("storage.write"), span => span.TraceId == root.TraceId);
        Assert.Equal((ActivityStatusCode.Error, typeof(InconsistentStateException).FullName), (write.Status, write.GetTagItem("error.type")));
        Assert.Equal($"order/{grain.Key}", write.GetTagItem("payments.storage.key"));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    private static IComparer<ActivitySpanId> ById { get; } =
        Comparer<ActivitySpanId>.Create(static (a, b) => string.CompareOrdinal(a.ToHexString(), b.ToHexString()));

    private StorageUnderTest Open() => new(_store, new StorageOptions { MaxBatch = 4 }, new WatchedTime());

    private IEnumerable<Activity> Of(string name) => _stopped.Where(span => span.OperationName == name);

    /// <summary>A write below a span of its own.</summary>
    /// <returns>The span's trace.</returns>
    private async Task<ActivityTraceId> WriteInTraceAsync(StorageUnderTest storage, string name)
    {
        using var root = _source.StartActivity(name, ActivityKind.Server)!;
        await WriteAsync(storage);
        return root.TraceId;
    }

    private static async Task<ActivityTraceId> WriteAsync(StorageUnderTest storage, GrainId? grain = null)
    {
        await storage.Grains.WriteStateAsync("state", grain ?? Order.NewGrain(), new GrainState<Order>(new Order()));
        return default;
    }
}
