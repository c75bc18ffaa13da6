using Orleans.Concurrency;

namespace Payments.Conformance;

[GenerateSerializer, Alias("conformance.BusinessException")]
public sealed class BusinessException(string message, int code) : Exception(message)
{
    [Id(0)]
    public int Code { get; private set; } = code;
}

[Alias("conformance.ICallGrain")]
public interface ICallGrain : IGrainWithStringKey
{
    [Alias("Throw")]
    Task ThrowAsync(bool beforeAwait);

    [Alias("ThrowStandard")]
    ValueTask<int> ThrowStandardAsync();

    [Alias("ThrowDeep")]
    Task ThrowDeepAsync(string next);

    [Alias("Cancelled")]
    Task ThrowCancelledAsync();

    [Alias("Slow"), ResponseTimeout("00:00:01")]
    Task SlowAsync(string gate, string record);

    [Alias("Hold")]
    Task HoldAsync(string gate);

    [Alias("Record")]
    Task RecordAsync(string record, CancellationToken cancellationToken);

    [Alias("RecordSoon"), ResponseTimeout("00:00:01")]
    Task RecordSoonAsync(string record);

    [Alias("WaitForCancellation")]
    Task WaitForCancellationAsync(CancellationToken cancellationToken);

    [Alias("OneWay"), OneWay]
    Task RecordOneWayAsync(string gate, string record);

    [Alias("OneWayThrow"), OneWay]
    Task ThrowOneWayAsync();

    [Alias("Values")]
    ValueTask<string> ValuesAsync(Guid id, long number, DateTimeOffset at, DayOfWeek day, decimal? amount, [Immutable] byte[] bytes);

    [Alias("Nothing")]
    ValueTask NothingAsync();

    [Alias("Maybe")]
    Task<StoredView?> MaybeAsync(bool exists);

    [Alias("Context")]
    Task<string?> ContextAsync(string key);

    [Alias("SetContext")]
    Task<string?> SetContextAsync(string key, string value);

    [Alias("RelayContext")]
    Task<string?> RelayContextAsync(string key, string next);
}

public sealed class CallGrain(Probe probe) : Grain, ICallGrain
{
    private string Topic => this.GetPrimaryKeyString();

    public Task ThrowAsync(bool beforeAwait)
    {
        return beforeAwait ? throw Failure() : Later();

        static async Task Later()
        {
            await Task.Yield();
            throw Failure();
        }

        static BusinessException Failure() => new("not enough", 7);
    }

    public ValueTask<int> ThrowStandardAsync() => throw new KeyNotFoundException("no such thing");

    public Task ThrowDeepAsync(string next) => GrainFactory.GetGrain<ICallGrain>(next).ThrowAsync(beforeAwait: false);

    public Task ThrowCancelledAsync() => throw new OperationCanceledException("changed my mind");

    public async Task SlowAsync(string gate, string record)
    {
        await probe.PassAsync(gate);
        probe.Record(Topic, record);
    }

    public Task HoldAsync(string gate) => probe.PassAsync(gate);

    public Task RecordAsync(string record, CancellationToken cancellationToken)
    {
        probe.Record(Topic, record);
        return Task.CompletedTask;
    }

    public Task RecordSoonAsync(string record) => RecordAsync(record, CancellationToken.None);

    public async Task WaitForCancellationAsync(CancellationToken cancellationToken)
    {
        probe.Record(Topic, "waiting");
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
        probe.Record(Topic, "cancelled");
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async Task RecordOneWayAsync(string gate, string record)
    {
        await probe.PassAsync(gate);
        probe.Record(Topic, record);
    }

    public Task ThrowOneWayAsync() => throw new BusinessException("nobody hears this", 1);

    public ValueTask<string> ValuesAsync(Guid id, long number, DateTimeOffset at, DayOfWeek day, decimal? amount, byte[] bytes) =>
        ValueTask.FromResult(FormattableString.Invariant($"{id} {number} {at:O} {day} {amount} {bytes.Length}"));

    public ValueTask NothingAsync() => ValueTask.CompletedTask;

    public Task<StoredView?> MaybeAsync(bool exists) => Task.FromResult(exists ? new StoredView(1, true, true, 0, 1) : null);

    public Task<string?> ContextAsync(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task<string?> SetContextAsync(string key, string value)
    {
        RequestContext.Set(key, value);
        return ContextAsync(key);
    }

    public async Task<string?> RelayContextAsync(string key, string next)
    {
        await Task.Yield();
        return await GrainFactory.GetGrain<ICallGrain>(next).ContextAsync(key);
    }
}
