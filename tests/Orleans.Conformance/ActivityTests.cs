using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Hosting;

namespace Payments.Conformance;

public sealed class ActivityTests(ActivityTests.Fixture fixture) : IClassFixture<ActivityTests.Fixture>, IDisposable
{
    private readonly ConcurrentQueue<Activity> _stopped = new();
    private readonly ActivitySource _source = new("conformance");
    private readonly ActivityListener _listener = new();

    [Fact]
    public async Task A_call_makes_a_client_and_a_server_span_of_the_callers_trace()
    {
        using var root = Listen();
        Assert.Null(await fixture.Silo.Grains.GetGrain<ICallGrain>("traced").ContextAsync("x"));

        var client = Span(root, ActivityKind.Client);
        var server = Span(root, ActivityKind.Server);
        Assert.Equal(root.SpanId, client.ParentSpanId);
        Assert.Equal(client.SpanId, server.ParentSpanId);
        Assert.All([client, server], span =>
        {
            Assert.Equal("Microsoft.Orleans.Application", span.Source.Name);
            Assert.Equal("ICallGrain/ContextAsync", span.OperationName);
            Assert.Equal("orleans", span.GetTagItem("rpc.system.name"));
            Assert.Equal("Payments.Conformance.ICallGrain", span.GetTagItem("orleans.rpc.service"));
            Assert.Equal("Payments.Conformance.ICallGrain/ContextAsync", span.GetTagItem("rpc.method"));
            Assert.Equal("call/traced", span.GetTagItem("orleans.rpc.target_id"));
        });
    }

    [Fact]
    public async Task A_grain_that_calls_a_grain_continues_the_trace()
    {
        using var root = Listen();
        await fixture.Silo.Grains.GetGrain<ICallGrain>("chain").RelayContextAsync("x", "chained");

        var spans = _stopped.Where(span => span.TraceId == root.TraceId).ToDictionary(span => span.SpanId);
        Assert.Equal(4, spans.Count);
        var last = spans.Values.Single(span => span.Kind == ActivityKind.Server && span.OperationName == "ICallGrain/ContextAsync");
        var depth = 0;
        for (var span = last; span is not null; span = spans.GetValueOrDefault(span.ParentSpanId))
            depth++;
        Assert.Equal(4, depth);
    }

    [Fact]
    public async Task An_exception_marks_both_spans()
    {
        using var root = Listen();
        await Assert.ThrowsAsync<BusinessException>(() => fixture.Silo.Grains.GetGrain<ICallGrain>("failed").ThrowAsync(beforeAwait: true));

        Assert.All([Span(root, ActivityKind.Client), Span(root, ActivityKind.Server)], span =>
        {
            Assert.Equal(ActivityStatusCode.Error, span.Status);
            Assert.Equal(typeof(BusinessException).FullName, span.GetTagItem("exception.type"));
            Assert.Equal("not enough", span.GetTagItem("exception.message"));
        });
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    private Activity Listen()
    {
        _listener.ShouldListenTo = source => source.Name is "conformance" or "Microsoft.Orleans.Application";
        _listener.Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded;
        _listener.ActivityStopped = _stopped.Enqueue;
        ActivitySource.AddActivityListener(_listener);
        return _source.StartActivity("root")!;
    }

    private Activity Span(Activity root, ActivityKind kind) =>
        Assert.Single(_stopped, span => span.TraceId == root.TraceId && span.Kind == kind);

    public sealed class Fixture : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo) => silo.AddActivityPropagation();
    }
}
