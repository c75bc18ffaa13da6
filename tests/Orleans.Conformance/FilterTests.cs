using System.Collections.Concurrent;
using Orleans.Hosting;

namespace Payments.Conformance;

public sealed class FilterTests(FilterTests.Fixture fixture) : IClassFixture<FilterTests.Fixture>
{
    [Fact]
    public async Task Filters_surround_the_call_outside_in()
    {
        await Call("order").ContextAsync("x");
        Assert.Equal(
            ["out Payments.Conformance.ICallGrain.ContextAsync(x)", "in CallGrain.ContextAsync(x) on call/order", "back in", "back out"],
            fixture.Seen("order"));
    }

    [Fact]
    public async Task A_filter_sees_the_callers_identity_within_grains()
    {
        await Call("source").RelayContextAsync("x", "source-target");
        Assert.Contains("from call/source", fixture.Seen("source-target"));
    }

    [Fact]
    public async Task An_incoming_filter_may_replace_the_result() => Assert.Equal("replaced", await Call("replace").ContextAsync("x"));

    [Fact]
    public async Task An_incoming_filter_may_answer_instead_of_an_exception() => Assert.Equal(99, await Call("swallow").ThrowStandardAsync());

    [Fact]
    public async Task A_filter_may_refuse_the_call()
    {
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => Call("refuse").ContextAsync("x"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => Call("refuse-outgoing").ContextAsync("x"));
        Assert.DoesNotContain(fixture.Seen("refuse-outgoing"), entry => entry.StartsWith("in ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outgoing_filter_may_add_to_the_request_context() => Assert.Equal("added", await Call("add").ContextAsync("by-filter"));

    [Fact]
    public async Task An_outgoing_filter_may_try_again() => Assert.Equal("second try", await Call("retry").ContextAsync("x"));

    [Fact]
    public async Task A_grain_may_filter_its_own_calls()
    {
        var grain = fixture.Silo.Grains.GetGrain<ISelfFilteringGrain>("own");
        Assert.Equal("EchoAsync: hello", await grain.EchoAsync("hello"));
    }

    private ICallGrain Call(string key) => fixture.Silo.Grains.GetGrain<ICallGrain>(key);

    public sealed class Fixture : SiloFixture
    {
        private readonly ConcurrentQueue<(string Key, string Entry)> _seen = new();
        private int _tries;

        public IEnumerable<string> Seen(string key) => _seen.Where(entry => entry.Key == key).Select(entry => entry.Entry);

        protected override void Configure(ISiloBuilder silo)
        {
            silo.AddOutgoingGrainCallFilter(OutgoingAsync);
            silo.AddIncomingGrainCallFilter(IncomingAsync);
        }

        private static string Arguments(IGrainCallContext context) =>
            context.Request.GetArgumentCount() == 0 ? "" : $"{context.Request.GetArgument(0)}";

        private async Task OutgoingAsync(IOutgoingGrainCallContext context)
        {
            var key = context.TargetId.Key.ToString();
            Add($"out {context.InterfaceName}.{context.MethodName}({Arguments(context)})");
            if (key == "refuse-outgoing")
                throw new UnauthorizedAccessException();
            if (key == "add")
                RequestContext.Set("by-filter", "added");
            try
            {
                await context.Invoke();
            }
            catch (BusinessException) when (key == "retry")
            {
                await context.Invoke();
            }

            Add("back out");

            void Add(string entry) => _seen.Enqueue((key, entry));
        }

        private async Task IncomingAsync(IIncomingGrainCallContext context)
        {
            var key = context.TargetId.Key.ToString();
            Add($"in {context.ImplementationMethod.DeclaringType!.Name}.{context.InterfaceMethod.Name}({Arguments(context)}) on {context.TargetContext.GrainId}");
            if (context.SourceId is { } source && !source.Type.ToString()!.StartsWith("sys.", StringComparison.Ordinal))
                Add($"from {source}");
            if (key == "refuse")
                throw new UnauthorizedAccessException();
            if (key == "retry" && Interlocked.Increment(ref _tries) == 1)
                throw new BusinessException("first try", 1);

            try
            {
                await context.Invoke();
            }
            catch (KeyNotFoundException) when (key == "swallow")
            {
                context.Result = 99;
            }

            context.Result = key switch
            {
                "replace" => "replaced",
                "retry" => "second try",
                _ => context.Result,
            };
            Add("back in");

            void Add(string entry) => _seen.Enqueue((key, entry));
        }
    }
}
